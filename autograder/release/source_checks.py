"""Checks the instructor's notebook before anything is made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema
from nbgrader.nbgraderformat import MetadataValidator

from autograder.assignment import Assignment, CellKind
from autograder.errors import NotebookError
from autograder.formatting import format_notebook
from autograder.markers import Marker, Markers
from autograder.release.falsifiable import test_fault
from autograder.release.problems import Problem, Severity

__all__ = ["check_assignment", "check_source"]

_CREATE = "Correct it in Jupyter's Create Assignment view"
_ALMOST = re.compile(
    r"\b(BEGIN|END)[\s_-]+(SOLUTIONS?|HIDDEN[\s_-]+TESTS?|MARK(ING)?[\s_-]+SCHEME)\b", re.IGNORECASE
)


def check_source(data: bytes, where: str, markers: Markers) -> list[Problem]:
    """What can be said about one source notebook without converting it.

    Args:
        data: the file's bytes.
        where: the file's name for messages.
        markers: the course's delimiters.
    """
    try:
        formatted = format_notebook(data, where)
    except NotebookError as error:
        return [Problem(error.where, error.problem, error.remedy)]
    document = json.loads(data.decode("utf-8-sig"))
    problems = list(_check_kernelspec(document, where))
    cells = [_Cell(where, number, raw) for number, raw in enumerate(document["cells"], start=1)]
    for cell in cells:
        problems += _check_metadata(cell)
        problems += _check_markers(cell, markers)
        problems += _check_outputs(cell)
    problems += _check_unique(cells)
    if formatted != data and not problems:
        problems.append(
            Problem(
                where,
                "it is not formatted, so a diff of it is hard to read",
                f"Run `python -m autograder.formatting {where}`",
                Severity.WARNING,
            )
        )
    return problems


def check_assignment(assignment: Assignment) -> Iterator[Problem]:
    """What can be said about the cells that earn points once the notebooks are converted."""
    for notebook in assignment.notebooks.values():
        for position, cell in enumerate(notebook.cells, start=1):
            where = f"{assignment.name}/{notebook.name}.ipynb, cell {position} ({cell.cell_id})"
            if cell.kind is CellKind.GRADE and (fault := test_fault(cell.reference)):
                yield Problem(where, fault, "Write an assertion that wrong code cannot pass")
            if cell.earns_points and cell.points == 0:
                yield Problem(
                    where,
                    "it is worth 0 points",
                    "Give it points, or make it a read-only cell",
                    Severity.WARNING,
                )


class _Cell:
    """One cell of the source with what the checks ask for."""

    def __init__(self, notebook: str, position: int, raw: Mapping[str, Any]) -> None:
        source = raw.get("source", "")
        metadata = raw.get("metadata", {})
        nbgrader = metadata.get("nbgrader")
        self.raw = raw
        self.source = source if isinstance(source, str) else "".join(source)
        self.has_nbgrader = nbgrader is not None
        self.nbgrader: Mapping[str, Any] = nbgrader if isinstance(nbgrader, dict) else {}
        self.grade_id = self.nbgrader.get("grade_id")
        name = f" ({self.grade_id})" if self.grade_id else ""
        self.where = f"{notebook}, cell {position}{name}"
        self.cell_type = raw["cell_type"]

    def has(self, flag: str) -> bool:
        return self.nbgrader.get(flag) is True

    @property
    def is_nbgrader(self) -> bool:
        return any(self.has(flag) for flag in ("grade", "solution", "locked", "task"))


def _check_kernelspec(document: Mapping[str, Any], where: str) -> Iterator[Problem]:
    kernelspec = document.get("metadata", {}).get("kernelspec")
    match kernelspec:
        case {"name": "python3" | "python"}:
            return
        case {"name": name, "language": "python"}:
            yield Problem(
                where,
                f"its kernel is {name!r}, which students may not have",
                "Choose the kernel 'python3' in Jupyter",
                Severity.WARNING,
            )
        case {"name": name}:
            yield Problem(where, f"its kernel {name!r} is not Python", "Choose 'python3'")
        case _:
            yield Problem(
                where,
                "it names no kernel",
                f"Open and save it in Jupyter, or run `python -m autograder.formatting {where}`",
            )


@cache
def _validator() -> Any:
    return jsonschema.Draft4Validator(MetadataValidator().schema)


def _check_metadata(cell: _Cell) -> Iterator[Problem]:
    if not cell.has_nbgrader:
        return
    if cell.nbgrader.get("schema_version", 0) != MetadataValidator.schema_version:
        yield Problem(
            cell.where,
            f"its nbgrader metadata has version {cell.nbgrader.get('schema_version', 0)!r}",
            "Run `nbgrader update` on the file",
        )
        return
    for error in _validator().iter_errors(cell.nbgrader):
        place = ".".join(map(str, error.absolute_path))
        what = f"nbgrader metadata {place}: {error.message}" if place else error.message
        yield Problem(cell.where, what, _CREATE)
    if not cell.is_nbgrader:
        return
    if not cell.grade_id:
        yield Problem(cell.where, "it has no grade id", _CREATE)
    grade, solution, task = cell.has("grade"), cell.has("solution"), cell.has("task")
    if grade or task:
        yield from _check_points(cell)
    if task and cell.cell_type != "markdown":
        yield Problem(cell.where, "a task must be a Markdown cell", "Change the cell's type")
    elif not task and cell.cell_type == "markdown" and grade != solution:
        yield Problem(
            cell.where,
            "a graded Markdown cell must be a manually graded answer",
            "Choose 'Manually graded answer' for it",
        )
    elif not task and cell.cell_type == "raw" and (grade or solution):
        yield Problem(cell.where, "a raw cell cannot be graded", "Change the cell's type")


def _check_points(cell: _Cell) -> Iterator[Problem]:
    points = cell.nbgrader.get("points")
    if points is None:
        yield Problem(cell.where, "it has no points", "Enter its points")


def _check_unique(cells: list[_Cell]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for cell in cells:
        if not cell.is_nbgrader or not isinstance(cell.grade_id, str):
            continue
        if cell.grade_id in first:
            yield Problem(
                cell.where,
                f"the grade id {cell.grade_id!r} is taken ({first[cell.grade_id]})",
                "Give one of the two cells another id",
            )
        first.setdefault(cell.grade_id, cell.where)


def _check_markers(cell: _Cell, markers: Markers) -> Iterator[Problem]:
    pairs = (markers.solution, markers.hidden_tests, markers.mark_scheme)
    for marker in pairs:
        for fault in marker.faults(cell.source):
            yield Problem(cell.where, fault, "Write both lines, one pair after the other")
    yield from _check_places(cell, markers)
    for number, line in enumerate(cell.source.split("\n"), start=1):
        if _ALMOST.search(line) and not any(_is_marker(line, marker) for marker in pairs):
            yield Problem(
                cell.where,
                f"line {number} looks like a marker but is none: {line.strip()!r}",
                "Write it as " + " or ".join(repr(marker.begin) for marker in pairs),
            )


def _is_marker(line: str, marker: Marker) -> bool:
    return marker.begin in line or marker.end in line


def _check_places(cell: _Cell, markers: Markers) -> Iterator[Problem]:
    grade, solution, task = cell.has("grade"), cell.has("solution"), cell.has("task")
    if markers.solution.occurs(cell.source) and not solution:
        yield Problem(
            cell.where,
            "it has a solution but is no answer cell",
            "Choose 'Autograded answer' for it, or remove the markers",
        )
    if markers.hidden_tests.occurs(cell.source) and (solution or not grade):
        yield Problem(
            cell.where,
            "it has hidden tests but is no test cell",
            "Move them into a cell with 'Autograder tests', or remove the markers",
        )
    if markers.mark_scheme.occurs(cell.source) and not (task or (grade and solution)):
        yield Problem(
            cell.where,
            "it has a mark scheme but is not graded by hand",
            "Move it into a manually graded task, or remove the markers",
        )


def _check_outputs(cell: _Cell) -> Iterator[Problem]:
    if cell.cell_type == "code" and (
        cell.raw.get("outputs") or cell.raw.get("execution_count") is not None
    ):
        yield Problem(
            cell.where,
            "it has outputs, which may show the solution to whoever sees the source",
            "Clear the outputs (the formatter does)",
            Severity.WARNING,
        )
