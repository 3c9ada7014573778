"""Compares an engine with stock nbgrader on instructors' notebooks, test cell by test cell.

    python benchmarks/conformance.py CORPUS --cache stock.json --engine sealed --json result.json

`CORPUS` is a folder. Every notebook below it that has nbgrader's test cells is taken for an
instructor's notebook with solutions; the other files of its folder are the assignment's files.
Each notebook becomes a throw-away course, and each variant of it a submission that is graded
twice: with nbgrader's own `Execute` and `determine_grade`, and with `autograder.grading.grade`.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, final

import nbformat
from nbclient.exceptions import DeadKernelError
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade

from autograder.assignment import Assignment, AssignmentCell, CellKind, load_assignment
from autograder.course import Course
from autograder.errors import AutograderError
from autograder.grading.grade import Submission, grade
from autograder.grading.kernel import KernelEngine
from autograder.grading.policy import Policy
from autograder.grading.sealing import seal
from autograder.grading.verdict import CellVerdict
from autograder.notebooks import dump_notebook
from autograder.sealed.model import Engine, Limits

ASSIGNMENT = "assignment"
LIMITS = Limits(cell_cpu_seconds=30, cell_wall_seconds=60, notebook_cpu_seconds=600)


@final
@dataclass(frozen=True)
class Mark:
    """What one grader gives one cell, and what it was looking at.

    Args:
        points: earned; None where the grader itself fails.
        status: in words.
        message: the exception or the message.
        stderr: whether the cell wrote to stderr.
        returned: `text/plain` of the cell's last expression.
    """

    points: float | None
    status: str
    message: str = ""
    stderr: bool = False
    returned: str | None = None


@final
@dataclass(frozen=True)
class Row:
    """One test cell in one variant, graded twice."""

    course: str
    notebook: str
    cell: str
    variant: str
    max_points: float
    stock: Mark
    ours: Mark | None = None
    opened: bool = False
    reason: str = ""


@final
@dataclass
class Report:
    """Everything that one run saw."""

    engine: str
    rows: list[Row] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


Variant = Callable[[list[AssignmentCell]], dict[str, str]]


def reference(answers: list[AssignmentCell]) -> dict[str, str]:
    """Every answer as the instructor has it."""
    return {cell.cell_id: cell.reference for cell in answers}


def untouched(answers: list[AssignmentCell]) -> dict[str, str]:
    """The notebook as it was handed out."""
    return {cell.cell_id: cell.release for cell in answers}


def half(answers: list[AssignmentCell]) -> dict[str, str]:
    """Every second answer as the instructor has it, the others as handed out."""
    return {
        cell.cell_id: cell.release if number % 2 else cell.reference
        for number, cell in enumerate(answers)
    }


def renamed(answers: list[AssignmentCell]) -> dict[str, str]:
    """The instructor's answers with other names for the local variables of functions."""
    return {cell.cell_id: _rewrite(cell.reference, _rename_locals) for cell in answers}


def off_by_one(answers: list[AssignmentCell]) -> dict[str, str]:
    """The instructor's answers with the first number of every second answer one larger."""
    return {
        cell.cell_id: cell.reference if number % 2 else _rewrite(cell.reference, _next_number)
        for number, cell in enumerate(answers)
    }


VARIANTS: dict[str, Variant] = {
    variant.__name__: variant for variant in (reference, untouched, half, renamed, off_by_one)
}


def _rewrite(source: str, change: Callable[[ast.Module], None]) -> str:
    """`source` changed; as it is if it is no plain Python (magics) or has nothing to change."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    before = ast.dump(tree)
    change(tree)
    return source if ast.dump(tree) == before else ast.unparse(tree)


def _rename_locals(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not _is_nested(node):
            _rename(node)


def _is_nested(function: ast.FunctionDef) -> bool:
    """Whether renaming needs scopes, or its names can be read as text."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Match)
    texts = {"locals", "vars", "eval", "exec", "globals"}
    return any(
        (isinstance(node, inner) and node is not function)
        or (isinstance(node, ast.Name) and node.id in texts)
        for node in ast.walk(function)
    )


def _rename(function: ast.FunctionDef) -> None:
    kept = {argument.arg for argument in ast.walk(function) if isinstance(argument, ast.arg)}
    for node in ast.walk(function):
        if isinstance(node, ast.Global | ast.Nonlocal):
            kept |= set(node.names)
        elif isinstance(node, ast.alias):
            kept.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            kept.add(node.name)
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)} - kept
    for node in names:
        if node.id in bound:
            node.id = f"{node.id}_renamed"


def _next_number(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=bool()):
                continue
            case ast.Constant(value=int() | float() as number):
                node.value = number + 1
                return
            case _:
                continue


def answers_of(assignment: Assignment) -> list[AssignmentCell]:
    """The code cells that students write."""
    (notebook,) = assignment.notebooks.values()
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.kind in {CellKind.SOLUTION, CellKind.MANUAL}
    ]


def submitted(assignment: Assignment, sources: Mapping[str, str]) -> Submission:
    """The released notebook with the given answers in it."""
    (notebook,) = assignment.notebooks.values()
    cells = [_as_json(cell, sources.get(cell.cell_id, cell.release)) for cell in notebook.cells]
    return Submission({notebook.name: dump_notebook(_document(cells))})


def _as_json(cell: AssignmentCell, source: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": cell.cell_id,
        "cell_type": cell.cell_type,
        "metadata": dict(cell.metadata),
        "source": source,
    }
    if cell.cell_type == "code":
        entry |= {"outputs": [], "execution_count": None}
    return entry


def _document(cells: list[dict[str, Any]]) -> dict[str, Any]:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@final
class Stock:
    """Marks as nbgrader gives them, remembered in a file.

    Args:
        cache: the file; nothing is remembered if it is None.
        run: whether notebooks that the file does not know are run.
    """

    def __init__(self, cache: Path | None, *, run: bool = True) -> None:
        self._cache = cache
        self._run = run
        self._known: dict[str, dict[str, Any]] = {}
        if cache is not None and cache.is_file():
            self._known = json.loads(cache.read_text(encoding="utf-8"))

    def marks(
        self, assignment: Assignment, sources: Mapping[str, str], *, again: bool = False
    ) -> dict[str, Mark]:
        """Marks by cell id of every test cell.

        Args:
            assignment: an assignment of one notebook.
            sources: the answers by cell id.
            again: run it even if it is known, and remember nothing.
        """
        (notebook,) = assignment.notebooks.values()
        key = hashlib.sha256(
            json.dumps([assignment.digest, sorted(sources.items())]).encode()
        ).hexdigest()
        if key in self._known and not again:
            return {cell: Mark(**mark) for cell, mark in self._known[key].items()}
        if not self._run:
            return {}
        cells = [
            _as_json(
                cell, cell.master if cell.is_restored else sources.get(cell.cell_id, cell.release)
            )
            | {"metadata": cell.master_metadata()}
            for cell in notebook.cells
        ]
        marks = _execute(nbformat.from_dict(_document(cells)), assignment.files)
        if not again:
            self._known[key] = {cell: asdict(mark) for cell, mark in marks.items()}
            self._save()
        return marks

    def _save(self) -> None:
        if self._cache is not None:
            if self._cache.is_file():
                # Another run may have added to it.
                self._known = json.loads(self._cache.read_text(encoding="utf-8")) | self._known
            scratch = self._cache.with_suffix(f".{os.getpid()}")
            scratch.write_text(json.dumps(self._known), encoding="utf-8")
            scratch.replace(self._cache)


def _execute(notebook: Any, files: Mapping[str, bytes]) -> dict[str, Mark]:
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        for path, data in files.items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        try:
            executed, _ = Execute(timeout=int(LIMITS.cell_cpu_seconds)).preprocess(
                notebook, {"metadata": {"path": folder}}
            )
        except (DeadKernelError, RuntimeError, TimeoutError) as error:
            failure = Mark(None, "nbgrader fails", f"{type(error).__name__}: {error}"[:300])
            return {cell.id: failure for cell in notebook.cells if _is_test(cell)}
    return {cell.id: _stock_mark(cell) for cell in executed.cells if _is_test(cell)}


def _is_test(cell: Any) -> bool:
    nbgrader = cell.metadata.get("nbgrader", {})
    return (
        cell.cell_type == "code"
        and bool(nbgrader.get("grade"))
        and not nbgrader.get("solution")
        and not nbgrader.get("task")
    )


def _stock_mark(cell: Any) -> Mark:
    status, message, stderr, returned = "passed", "", False, None
    for output in cell.outputs:
        match output:
            case {"output_type": "error", "ename": ename, "evalue": evalue}:
                status, message = "error", f"{ename}: {evalue}"[:300]
            case {"output_type": "stream", "name": "stderr", "text": text}:
                stderr = True
                message = message or str(text)[:300]
            case {"output_type": "execute_result", "data": data}:
                returned = str(data.get("text/plain"))[:300]
            case _:
                pass
    try:
        points = float(determine_grade(cell)[0])
    except (ValueError, KeyError) as error:
        return Mark(None, "nbgrader fails", str(error)[:300], stderr, returned)
    return Mark(points, status, message, stderr, returned)


def assignments(corpus: Path, only: str) -> Iterator[tuple[str, str, Path]]:
    """Course, name and path of every notebook with test cells, sorted."""
    for path in sorted(corpus.rglob("*.ipynb")):
        name = path.relative_to(corpus).with_suffix("").as_posix()
        if re.search(only, name) and '"nbgrader"' in path.read_text(encoding="utf-8"):
            yield name.partition("/")[0], name, path


def load(path: Path, root: Path) -> Assignment:
    """The assignment of a course that has this notebook and the files beside it, nothing else."""
    source = root / "source" / ASSIGNMENT
    shutil.copytree(path.parent, source, ignore=shutil.ignore_patterns("*.ipynb"))
    text = path.read_text(encoding="utf-8")
    (source / "notebook.ipynb").write_text(text, encoding="utf-8")
    (root / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    return load_assignment(Course.open(root), ASSIGNMENT)


def compare(
    course: str,
    name: str,
    assignment: Assignment,
    engine: Engine | None,
    stock: Stock,
    variants: Mapping[str, Variant],
) -> Iterator[Row]:
    """One row for each test cell and variant; the reference alone if it solves no cell."""
    (notebook,) = assignment.notebooks.values()
    answers = answers_of(assignment)
    sealed = False
    for variant, change in variants.items():
        sources = change(answers)
        expected = stock.marks(assignment, sources)
        if not expected:
            continue
        if engine and not sealed:
            assignment, sealed = seal(assignment, engine, LIMITS), True
        verdicts: dict[str, CellVerdict] = {}
        if engine:
            verdict = grade(assignment, submitted(assignment, sources), Policy(LIMITS), engine)
            verdicts = {cell.grade_id: cell for cell in verdict.cells}
        rows = []
        for cell in notebook.cells:
            if cell.cell_id not in expected:
                continue
            given = verdicts.get(cell.grade_id or cell.cell_id)
            ours = given and Mark(
                given.points, str(given.status), (given.message or given.author_note)[:600]
            )
            row = Row(
                course=course,
                notebook=name,
                cell=cell.grade_id or cell.cell_id,
                variant=variant,
                max_points=cell.points,
                stock=expected[cell.cell_id],
                ours=ours,
                opened=(notebook.name, cell.cell_id) in assignment.open_cells,
            )
            rows.append((cell.cell_id, row))
        again: dict[str, Mark] | None = None
        for cell_id, row in rows:
            reason = difference(row)
            if reason == "unexplained":
                again = again or stock.marks(assignment, sources, again=True)
                if again and again[cell_id].points != row.stock.points:
                    reason = "unstable: stock nbgrader differs from itself"
            yield replace(row, reason=reason)
        if variant == "reference" and not any(_is_solved(row) for _, row in rows):
            return


def difference(row: Row) -> str:
    """Why two marks differ; empty if they do not."""
    stock, ours = row.stock, row.ours
    if ours is None or stock.points == ours.points:
        return ""
    if stock.points is None:
        return "nbgrader fails on this cell"
    if stock.stderr and stock.status == "passed":
        return "nbgrader takes points for text on stderr"
    if stock.returned is not None and stock.status == "passed" and ours.status == "error":
        return "nbgrader gives full points for a value that is no number of points"
    return "unexplained"


def run(arguments: argparse.Namespace, engine: Engine | None) -> Report:
    """Go through the corpus."""
    report = Report(engine=engine.name if engine else "none")
    stock = Stock(arguments.cache, run=not arguments.cached)
    variants = {name: VARIANTS[name] for name in arguments.variants}
    for course, name, path in assignments(arguments.corpus, arguments.only):
        start = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
            try:
                assignment = load(path, Path(folder))
            except AutograderError as error:
                report.refused[name] = str(error)
                sys.stderr.write(f"{name}: refused: {error}\n")
                continue
            rows = list(compare(course, name, assignment, engine, stock, variants))
        report.rows += rows
        report.seconds[name] = round(time.perf_counter() - start, 2)
        differing = Counter(row.reason for row in rows if row.reason)
        full = sum(_is_solved(row) for row in rows)
        sys.stderr.write(f"{name}: {full} solved, {dict(differing)} {report.seconds[name]} s\n")
        if arguments.json:
            arguments.json.write_text(json.dumps(asdict(report), indent=1), encoding="utf-8")
    return report


def _is_solved(row: Row) -> bool:
    """A test that does what its author means: the reference gets its points under nbgrader."""
    return row.variant == "reference" and row.stock.points == row.max_points > 0


def table(report: Report) -> str:
    """The figures in Markdown: a row a course, then a row a reason."""
    solved = {(row.notebook, row.cell): row.opened for row in report.rows if _is_solved(row)}
    lines = [
        f"Engine: {report.engine}",
        "",
        "| course | notebooks | test cells | sealed | open | marks | equal | different |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    courses = sorted({row.course for row in report.rows})
    for course in [*courses, ""]:
        rows = [
            row
            for row in report.rows
            if course in {row.course, ""} and (row.notebook, row.cell) in solved
        ]
        cells = {(row.notebook, row.cell) for row in rows}
        opened = sum(solved[cell] for cell in cells)
        graded = [row for row in rows if row.ours is not None]
        equal = sum(not row.reason for row in graded)
        lines.append(
            f"| {course or '**all**'} | {len({row.notebook for row in rows})} | {len(cells)} "
            f"| {len(cells) - opened} | {opened} | {len(graded)} | {equal} "
            f"| {len(graded) - equal} |"
        )
    reasons = Counter(
        (row.reason, row.variant)
        for row in report.rows
        if row.reason and (row.notebook, row.cell) in solved
    )
    lines += ["", "| why marks differ | variant | marks |", "|---|---|---:|"]
    lines += [f"| {why} | {variant} | {n} |" for (why, variant), n in sorted(reasons.items())]
    return "\n".join(lines)


def engines() -> dict[str, Callable[[], Engine]]:
    """Engines by the name they have on the command line."""

    def sealed() -> Engine:
        from autograder.sealed import SealedEngine

        return SealedEngine()

    return {"kernel": KernelEngine, "sealed": sealed}


def main() -> None:
    """Parse the command line, run, print the table and write the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--engine", choices=["none", *engines()], default="none")
    parser.add_argument("--cache", type=Path, help="where stock nbgrader's marks are remembered")
    parser.add_argument("--cached", action="store_true", help="only what the cache knows")
    parser.add_argument("--json", type=Path, help="where every row goes, as the run proceeds")
    parser.add_argument("--only", default="", help="regular expression for notebook names")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    arguments = parser.parse_args()
    if arguments.engine == "none":
        report = run(arguments, None)
    else:
        with engines()[arguments.engine]() as engine:
            report = run(arguments, engine)
    sys.stdout.write(table(report) + "\n")


if __name__ == "__main__":
    main()
