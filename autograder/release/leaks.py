"""Looks for what students must not get in what they would get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograder.assignment import Assignment, AssignmentCell, CellKind
from autograder.markers import Markers
from autograder.release.problems import Problem

__all__ = ["leaks"]

_SHORT = 24
"""Characters of code that two people may well write alike."""


def leaks(
    assignment: Assignment, markers: Markers, files: Mapping[str, bytes]
) -> Iterator[Problem]:
    """Solutions, hidden tests and mark schemes that stand in the released form.

    Args:
        assignment: the assignment.
        markers: its delimiters.
        files: the other files that students get.
    """
    secrets = [
        (f"{name}.ipynb, cell {cell.grade_id or cell.cell_id}", secret)
        for name, notebook in assignment.notebooks.items()
        for cell in notebook.cells
        for secret in _secrets(cell, markers)
    ]
    public = [
        (f"{assignment.name}/{name}.ipynb, cell {position} ({cell.cell_id})", cell.release)
        for name, notebook in assignment.notebooks.items()
        for position, cell in enumerate(notebook.cells, start=1)
    ]
    public += [
        (f"{assignment.name}/{path}", data.decode("utf-8", "replace"))
        for path, data in files.items()
    ]
    pairs = (markers.solution, markers.hidden_tests, markers.mark_scheme)
    for where, text in public:
        for marker in pairs:
            if marker.occurs(text):
                yield Problem(
                    where,
                    f"students would get a line with {marker.begin!r} or {marker.end!r}",
                    "Remove it, or the file if it is a copy that students should not have",
                )
        lines = _lines(text)
        for origin, secret in secrets:
            if _contains(lines, secret):
                yield Problem(
                    where,
                    f"students would get text of {origin} that is marked as not for them",
                    "Remove the copy",
                )


def _secrets(cell: AssignmentCell, markers: Markers) -> Iterator[list[str]]:
    """Each region that is not for students, as stripped lines, unless it is too short to tell."""
    if cell.release.strip() == cell.reference.strip():
        return
    regions = [
        *markers.hidden_tests.regions(cell.reference),
        *markers.mark_scheme.regions(cell.reference),
    ]
    if cell.kind in {CellKind.SOLUTION, CellKind.MANUAL}:
        regions += markers.solution.regions(cell.reference) or [cell.reference]
    for region in regions:
        lines = _lines(region)
        if len(lines) >= 2 or sum(map(len, lines)) >= _SHORT:
            yield lines


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _contains(lines: list[str], wanted: list[str]) -> bool:
    size = len(wanted)
    return any(
        lines[start : start + size] == wanted
        for start in range(len(lines) - size + 1)
        if lines[start] == wanted[0]
    )
