"""Reads what a class handed in and compares it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from autograder.assignment import Assignment, AssignmentNotebook, CellKind, load_assignment
from autograder.course import Course
from autograder.errors import NotebookError, OperatorError
from autograder.grading.policy import Policy
from autograder.grading.restore import restore
from autograder.notebooks import NotebookLimits, read_notebook
from autograder.similarity.compare import MAX_STUDENTS, Similarity, Work, compare

__all__ = ["read_works", "similar"]

_OWN = "cells of their own"


def similar(
    course: Course,
    assignment: str,
    *,
    threshold: float = 1.0,
    heard: Callable[[str], None] | None = None,
) -> tuple[Similarity, dict[str, Work], dict[str, str]]:
    """Compare everything that was handed in for an assignment.

    Args:
        course: the course.
        assignment: its name.
        threshold: below which `chance` a pair is suspicious.
        heard: is told each student whose submission was read.

    Returns:
        The comparison; what each student wrote; and why a submission was not read, by student.

    Raises:
        OperatorError: there is no such assignment, or nothing was handed in.
    """
    loaded = load_assignment(course, assignment)
    students = course.students(assignment)
    if not students:
        raise OperatorError(f"nothing was handed in for {assignment!r}: use `autograder collect`")
    works: dict[str, Work] = {}
    unread: dict[str, str] = {}
    for student in students:
        try:
            works[student] = read_works(loaded, course.step("submitted", student, assignment))
        except NotebookError as error:
            unread[student] = str(error)
        if heard:
            heard(student)
    given = Work(
        {
            f"{notebook.name}/{cell.cell_id}": cell.release
            for notebook in loaded.notebooks.values()
            for cell in notebook.cells
            if cell.cell_type == "code"
        }
    )
    if len(works) > MAX_STUDENTS:
        raise OperatorError(
            f"{len(works):,} submissions cannot be compared at once, at most {MAX_STUDENTS:,}"
        )
    return compare(works, given, threshold=threshold), works, unread


def read_works(assignment: Assignment, folder: Path) -> Work:
    """What a student wrote in code cells, by notebook and cell.

    Raises:
        NotebookError: a notebook cannot be read.
    """
    cells: dict[str, str] = {}
    limits = Policy().notebook
    for name, notebook in assignment.notebooks.items():
        path = folder / f"{name}.ipynb"
        if path.is_file() and not path.is_symlink():
            cells |= _written(notebook, path, limits)
    return Work(cells)


def _written(notebook: AssignmentNotebook, path: Path, limits: NotebookLimits) -> dict[str, str]:
    parsed = read_notebook(path.read_bytes(), path.name, limits)
    found: dict[str, str] = {}
    for cell in restore(notebook, parsed).cells:
        if cell.cell_type != "code" or cell.missing:
            continue
        if cell.origin is None:
            key = f"{notebook.name}/{_OWN}"
            found[key] = f"{found[key]}\n{cell.source}" if key in found else cell.source
        elif cell.origin.kind in {CellKind.SOLUTION, CellKind.PLAIN, CellKind.MANUAL}:
            name = cell.origin.grade_id or cell.origin.cell_id
            if cell.source.strip() != cell.origin.release.strip():
                found[f"{notebook.name}/{name}"] = cell.source
    return found
