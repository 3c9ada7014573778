"""What a student can find out before handing in: the visible tests, in plain words.

It is the student's own machine and code, so the notebook is run where it lies, in an ordinary
kernel, and nothing but the notebook is needed.
"""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, final

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum
from rich.console import Console
from rich.text import Text

from autograder.assignment import AssignmentCell, CellKind
from autograder.console import clean
from autograder.errors import NotebookError, OperatorError
from autograder.grading.kernel import KernelEngine
from autograder.grading.score import score_cell
from autograder.grading.verdict import Status
from autograder.notebooks import SubmittedCell, read_notebook
from autograder.sealed.model import (
    Cell,
    CellResult,
    CellStatus,
    Engine,
    Limits,
    Program,
    Role,
)

__all__ = ["CheckReport", "CheckedTest", "TestStatus", "check", "print_report"]

_MESSAGE_CHARS = 1_000


class TestStatus(StrEnum):
    """How a visible test ended."""

    __test__ = False  # for pytest, which takes every class of this name for a test

    PASSED = "passed"
    FAILED = "failed"
    UNSOLVED = "not solved yet"
    NOTHING_VISIBLE = "has hidden tests only"


@final
@dataclass(frozen=True, slots=True)
class CheckedTest:
    """One test cell.

    Args:
        exercise: the heading above it; empty if there is none.
        name: its first line if that is a comment, else its nbgrader id.
        status: how it ended.
        message: why, if it did not pass.
    """

    exercise: str
    name: str
    status: TestStatus
    message: str = ""


@final
@dataclass(frozen=True, slots=True)
class CheckReport:
    """What checking a notebook found.

    Args:
        notebook: its path.
        tests: the test cells, in order.
        problems: cells that were changed, doubled or lost, and cells that stop with an error.
        unanswered: headings of written questions without an answer.
    """

    notebook: Path
    tests: tuple[CheckedTest, ...]
    problems: tuple[str, ...]
    unanswered: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every visible test passes, every question has an answer, and nothing is wrong."""
        fine = {TestStatus.PASSED, TestStatus.NOTHING_VISIBLE}
        open_ = self.problems or self.unanswered
        return not open_ and all(test.status in fine for test in self.tests)


@final
@dataclass(frozen=True, slots=True)
class _OwnCell:
    """A cell of the student's notebook with the nbgrader metadata it has."""

    cell: SubmittedCell
    nbgrader: Mapping[str, Any]
    exercise: str

    @property
    def kind(self) -> CellKind:
        return CellKind.of(self.nbgrader)

    @property
    def id(self) -> str:
        return f"cell-{self.cell.position}"

    @property
    def label(self) -> str:
        where = f"cell {self.cell.position}"
        return f"{where} ({self.cell.grade_id})" if self.cell.grade_id else where

    @property
    def is_as_released(self) -> bool | None:
        """Whether it is what was handed out; None if that cannot be known."""
        checksum = self.nbgrader.get("checksum")
        if not isinstance(checksum, str) or self.cell.grade_id is None:
            return None
        node = NotebookNode(
            cell_type=self.cell.cell_type,
            source=self.cell.source,
            metadata=NotebookNode(nbgrader=NotebookNode(self.nbgrader)),
        )
        try:
            return bool(compute_checksum(node) == checksum)
        except (KeyError, TypeError, ValueError):
            return False


def check(
    notebook: Path,
    *,
    engine: Engine | None = None,
    limits: Limits | None = None,
) -> CheckReport:
    """Run the visible tests of a notebook that was handed out.

    Args:
        notebook: the file; its folder is the working directory.
        engine: runs the cells; an ordinary kernel by default.
        limits: time for each cell.

    Raises:
        OperatorError: there is no such file, or it has no tests.
        NotebookError: it is no notebook.
    """
    try:
        data = notebook.read_bytes()
    except OSError as error:
        raise OperatorError(f"{notebook} cannot be read: {error.strerror}") from error
    cells, handed_out = _read(data, str(notebook))
    if not any(own.cell.grade_id for own in cells):
        raise OperatorError(
            f"{notebook} has no tests: it is not a notebook of an assignment, or the program that "
            "saved it dropped the cells' metadata. Copy your answers into the notebook that was "
            "handed out"
        )
    counted = _counted(cells)
    program = Program(name=notebook.stem, cells=tuple(_runnable(cells, counted)))
    with engine or KernelEngine(notebook.resolve().parent) as running:
        results = {result.id: result for result in running.run(program, limits or Limits())}
    return CheckReport(
        notebook=notebook,
        tests=tuple(_tests(counted, results)),
        problems=(*_misplaced(cells, handed_out), *_stopped(cells, results)),
        unanswered=tuple(
            own.exercise or own.label
            for own in counted
            if own.kind is CellKind.MANUAL and own.is_as_released
        ),
    )


def _read(data: bytes, where: str) -> tuple[list[_OwnCell], list[str]]:
    """The cells, and the ids of all cells that were handed out as far as the notebook knows."""
    parsed = read_notebook(data, where)
    document = json.loads(data)
    raw = document.get("cells")
    if not isinstance(raw, list):
        raise NotebookError(where, "its format is too old", "Open and save it in Jupyter")
    cells = []
    heading = ""
    for cell, entry in zip(parsed.cells, raw, strict=True):
        metadata = entry.get("metadata")
        nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if cell.cell_type == "markdown" and cell.grade_id is None:
            heading = _heading(cell.source) or heading
        cells.append(_OwnCell(cell, nbgrader if isinstance(nbgrader, dict) else {}, heading))
    match document:
        case {"metadata": {"autograder": {"cells": [*ids]}}}:
            return cells, [grade_id for grade_id in ids if isinstance(grade_id, str)]
        case _:
            return cells, []


def _heading(source: str) -> str:
    lines = (line.strip() for line in source.splitlines())
    return next((line.lstrip("#").strip() for line in lines if line.startswith("#")), "")


def _counted(cells: Sequence[_OwnCell]) -> list[_OwnCell]:
    """The cells with an id; of two with the same one the last, as in grading."""
    last = {own.cell.grade_id: own for own in cells if own.cell.grade_id is not None}
    return sorted(last.values(), key=lambda own: own.cell.position)


def _runnable(cells: Sequence[_OwnCell], counted: Sequence[_OwnCell]) -> Iterator[Cell]:
    roles = {CellKind.GRADE: Role.GRADE, CellKind.LOCKED: Role.LOCKED}
    for own in cells:
        if own.cell.cell_type == "code":
            role = roles.get(own.kind, Role.STUDENT) if own in counted else Role.STUDENT
            yield Cell(id=own.id, role=role, source=own.cell.source)


def _tests(cells: Sequence[_OwnCell], results: Mapping[str, CellResult]) -> Iterator[CheckedTest]:
    stubs: list[_OwnCell] = []
    for own in cells:
        if own.kind is CellKind.SOLUTION:
            stubs = [stub for stub in stubs if stub.exercise == own.exercise]
            stubs += [own] if own.is_as_released else []
        if own.kind is CellKind.GRADE and own.cell.cell_type == "code":
            status, message = _status(own, results.get(own.id), unsolved=bool(stubs))
            yield CheckedTest(own.exercise, _name(own), status, message)


def _name(own: _OwnCell) -> str:
    first = own.cell.source.strip().split("\n", 1)[0]
    return first.lstrip("#").strip() if first.startswith("#") else str(own.cell.grade_id)


def _status(own: _OwnCell, result: CellResult | None, *, unsolved: bool) -> tuple[TestStatus, str]:
    if _is_empty(own.cell.source):
        return TestStatus.NOTHING_VISIBLE, ""
    verdict = score_cell("", _as_assigned(own), result)
    if verdict.status is Status.PASSED:
        return TestStatus.PASSED, ""
    if result and result.failure and result.failure.ename == "NotImplementedError":
        return TestStatus.UNSOLVED, ""
    if unsolved and verdict.status is Status.ERROR:
        return TestStatus.UNSOLVED, ""
    return TestStatus.FAILED, verdict.message


def _is_empty(source: str) -> bool:
    try:
        return not ast.parse(source).body
    except (SyntaxError, ValueError):
        return False


def _as_assigned(own: _OwnCell) -> AssignmentCell:
    points = own.nbgrader.get("points")
    source = own.cell.source
    return AssignmentCell(
        cell_id=own.id,
        grade_id=own.cell.grade_id,
        kind=own.kind,
        cell_type=own.cell.cell_type,
        points=float(points) if isinstance(points, int | float) and points > 0 else 1.0,
        reference=source,
        master=source,
        release=source,
        metadata={},
    )


def _misplaced(cells: Sequence[_OwnCell], handed_out: Sequence[str]) -> Iterator[str]:
    times = Counter(own.cell.grade_id for own in cells if own.cell.grade_id)
    for grade_id in handed_out:
        if grade_id not in times:
            yield f"the cell {grade_id} is missing: copy it back from the notebook handed out"
    for grade_id, count in times.items():
        if count > 1:
            yield f"the cell {grade_id} stands {count} times: only the last one counts"
    read_only = {CellKind.GRADE, CellKind.LOCKED, CellKind.TASK}
    for own in cells:
        if own.kind in read_only and own.is_as_released is False:
            yield f"{own.label} is read-only and was changed: grading puts the original back"


def _stopped(cells: Sequence[_OwnCell], results: Mapping[str, CellResult]) -> Iterator[str]:
    for own in cells:
        result = results.get(own.id)
        if own.kind is CellKind.GRADE or result is None:
            continue
        match result:
            case CellResult(status=CellStatus.TIMEOUT):
                yield f"{own.label} did not come to an end"
            case CellResult(status=CellStatus.CRASHED):
                yield f"{own.label} ended Python; the cells below it were not run"
            case CellResult(status=CellStatus.MEMORY):
                yield f"{own.label} needed more memory than there is"
            case CellResult(failure=failure) if failure and not own.is_as_released:
                if failure.ename != "NotImplementedError":
                    what = clean(f"{failure.ename}: {failure.evalue}")
                    yield f"{own.label} stops with {what}"


_MARKS = {
    TestStatus.PASSED: ("passes", "green"),
    TestStatus.FAILED: ("FAILS", "red"),
    TestStatus.UNSOLVED: ("not solved yet", "yellow"),
    TestStatus.NOTHING_VISIBLE: ("is tested when you hand in", "dim"),
}


def print_report(console: Console, report: CheckReport) -> None:
    """Say in plain words how each exercise stands."""
    exercise = ""
    for test in report.tests:
        if test.exercise != exercise:
            exercise = test.exercise
            console.print(Text(clean(exercise), style="bold"))
        words, style = _MARKS[test.status]
        line = Text("  ").append(words, style=style).append(f"  {clean(test.name)}")
        console.print(line, soft_wrap=True)
        for text in test.message[:_MESSAGE_CHARS].splitlines():
            console.print(Text(f"      {clean(text)}"), soft_wrap=True)
    if report.problems:
        console.print(Text("To be put right", style="bold"))
    for problem in report.problems:
        console.print(Text(f"  {clean(problem)}"), soft_wrap=True)
    if report.unanswered:
        console.print(Text("Written answers that are still missing", style="bold"))
    for heading in report.unanswered:
        console.print(Text(f"  {clean(heading)}"), soft_wrap=True)
    counts = Counter(test.status for test in report.tests)
    visible = len(report.tests) - counts[TestStatus.NOTHING_VISIBLE]
    console.print(
        f"{counts[TestStatus.PASSED]} of {visible} visible tests pass. There are hidden tests as "
        "well: they check the same with other values, shapes and types."
    )
