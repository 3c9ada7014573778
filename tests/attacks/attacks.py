"""Hostile submissions, read from files that are small enough to be read by people.

A file under `submissions/<group>/` is Python in percent format. Its first comment block says what
the attacker wants; `# %% <grade_id>` replaces that solution cell, `# %% + after <id>` adds a cell
behind another, and `# %% file <path>` puts a file beside the notebook::

    # wants: every point, by making asserts harmless
    # honest: median
    # %% normalise
    ...

`honest` names the solution cells that are answered right (`all` for every one that is not
replaced); the others stay as handed out. A grade cell must get full points if its solution cell is
honest and `costs` does not name it, and 0 otherwise. `policy: carried` grades it with carried
errors, so that solutions of the reference stand in for answers that fail. `stock` says why an
attack is not run under stock nbgrader. Words like `@outside@` stand for what `Arena.places` gives:
attackers know where everything lies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, final

from autograder.assignment import Assignment, AssignmentNotebook, CellKind, load_assignment
from autograder.course import Course
from autograder.grading.grade import Submission

__all__ = ["COURSE", "NOTEBOOK", "Attack", "Json", "handed_out", "honest", "load_attacks", "target"]

Json = dict[str, Any]

HERE = Path(__file__).parent
COURSE = HERE / "course"
NOTEBOOK = "target"

_FIELD = re.compile(r"# (wants|honest|costs|policy|stock): (.+)")
_MORE = re.compile(r"#\s{2,}(\S.*)")
_CELL = re.compile(r"# %% (\S.*)")


@final
@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile submission.

    Args:
        name: group and name, as in `forging/patched_asserts`.
        wants: what the attacker wants, in one sentence.
        replaced: source by `grade_id`.
        added: cells as (id of the cell before, source).
        files: text by path beside the notebook.
        honest: solution cells answered right.
        costs: grade cells that get 0 although their solution cell is honest.
        stock: why it is not run under stock nbgrader; empty if it is.
        carried: graded with carried errors.
        tamper: changes the notebook's JSON at the end, or gives other bytes instead.
    """

    name: str
    wants: str
    replaced: Mapping[str, str] = field(default_factory=dict)
    added: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    honest: frozenset[str] = frozenset()
    costs: frozenset[str] = frozenset()
    stock: str = ""
    carried: bool = False
    tamper: Callable[[Json], Json | bytes] | None = None

    def submission(self, places: Mapping[str, str]) -> Submission:
        """What the attacker hands in."""
        notebook = handed_out()
        answers = _answers()
        cells: list[Json] = []
        for cell in notebook["cells"]:
            name = cell["id"]
            if name in self.honest:
                cell["source"] = answers[name]
            if name in self.replaced:
                cell["source"] = _placed(self.replaced[name], places)
            cells.append(cell)
            cells += [
                _code_cell(f"{after}-{number}", _placed(source, places))
                for number, (after, source) in enumerate(self.added)
                if after == name
            ]
        notebook["cells"] = cells
        content = self.tamper(notebook) if self.tamper else notebook
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        own = {path: _placed(text, places).encode() for path, text in self.files.items()}
        given = {
            path: content
            for path, content in target().files.items()
            if not any(name.startswith(f"{path}/") for name in own)
        }
        return Submission({NOTEBOOK: data}, {**given, **own})

    def earned(self) -> dict[str, float]:
        """The points that each grade cell must get."""
        return {
            cell.cell_id: cell.points
            if _solution_of(cell.cell_id) in self.honest and cell.cell_id not in self.costs
            else 0.0
            for cell in _notebook().cells
            if cell.kind is CellKind.GRADE
        }


def honest() -> Attack:
    """No attack at all: everything answered right."""
    return Attack("honest", "a mark for the work done", honest=frozenset(_answers()))


def load_attacks() -> list[Attack]:
    """Every attack that is a file under `submissions/`."""
    folder = HERE / "submissions"
    return [_read(path, folder) for path in sorted(folder.rglob("*.py"))]


@cache
def target() -> Assignment:
    """The assignment that is attacked."""
    return load_assignment(Course.open(COURSE), NOTEBOOK)


def handed_out() -> Json:
    """The notebook that students get, as new JSON each time."""
    cells: list[Json] = []
    for cell in _notebook().cells:
        fields: Json = {
            "cell_type": cell.cell_type,
            "id": cell.cell_id,
            "metadata": cell.metadata,
            "source": cell.release,
        }
        if cell.cell_type == "code":
            fields |= {"execution_count": None, "outputs": []}
        cells.append(fields)
    notebook: Json = {
        "cells": cells,
        "metadata": _notebook().metadata,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    copied: Json = json.loads(json.dumps(notebook))
    return copied


def _notebook() -> AssignmentNotebook:
    return target().notebooks[NOTEBOOK]


@cache
def _answers() -> dict[str, str]:
    """Right answers, without the comments that only the instructor's notebook has."""
    return {
        cell.cell_id: re.sub(r"\n *# answer-.*", "", cell.reference)
        for cell in _notebook().cells
        if cell.kind is CellKind.SOLUTION
    }


def _solution_of(grade_cell: str) -> str:
    return grade_cell.partition("-")[0]


def _placed(text: str, places: Mapping[str, str]) -> str:
    for name, place in places.items():
        text = text.replace(f"@{name}@", place)
    return text


def _code_cell(name: str, source: str) -> Json:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def _read(path: Path, folder: Path) -> Attack:
    lines = path.read_text(encoding="utf-8").splitlines()
    starts = [number for number, line in enumerate(lines) if _CELL.fullmatch(line)]
    header = _header(lines[: starts[0]])
    replaced: dict[str, str] = {}
    added: list[tuple[str, str]] = []
    files: dict[str, str] = {}
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        source = "\n".join(lines[start + 1 : stop]).strip("\n")
        match lines[start].removeprefix("# %% ").split():
            case ["+", "after", after]:
                added.append((after, source))
            case ["file", name]:
                files[name] = source + "\n"
            case [name] if name in _answers() or name == "explain":
                replaced[name] = source
            case other:
                raise ValueError(f"{path}, line {start + 1}: no cell or file {' '.join(other)!r}")
    right = frozenset(header.get("honest", "").split())
    if right == {"all"}:
        right = frozenset(_answers()) - frozenset(replaced)
    return Attack(
        path.relative_to(folder).with_suffix("").as_posix(),
        header["wants"],
        replaced,
        tuple(added),
        files,
        right,
        frozenset(header.get("costs", "").split()),
        header.get("stock", ""),
        header.get("policy") == "carried",
    )


def _header(lines: list[str]) -> dict[str, str]:
    header: dict[str, str] = {}
    last = ""
    for line in lines:
        if found := _FIELD.fullmatch(line):
            last = found[1]
            header[last] = found[2]
        elif more := _MORE.fullmatch(line):
            header[last] += f" {more[1]}"
        elif line:
            raise ValueError(f"not part of an attack's header: {line!r}")
    return header
