"""Makes `release/<assignment>/` from `source/<assignment>/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from autograder.assignment import Assignment, AssignmentNotebook, load_assignment
from autograder.course import Course
from autograder.errors import NotebookError, OperatorError
from autograder.folders import read_folder, replace_folder
from autograder.grading.gradebook import GradebookWriter
from autograder.markers import Markers
from autograder.notebooks import dump_notebook
from autograder.release.leaks import leaks
from autograder.release.problems import Problem, ReleaseReport, Severity, SourceError
from autograder.release.source_checks import check_assignment, check_source

__all__ = ["check_release", "release", "release_files"]


def release(course: Course, assignment: str, *, register: bool = True) -> ReleaseReport:
    """Check the instructor's version of an assignment and write the students'.

    Running it again without a change in `source/` changes nothing.

    Args:
        course: the course.
        assignment: name of the assignment.
        register: make the gradebook know it, as `nbgrader generate_assignment` does.

    Raises:
        OperatorError: there is no such assignment.
        SourceError: the assignment is not in order; nothing is written.
    """
    loaded, warnings = _load_checked(course, assignment)
    files = release_files(loaded)
    folder = course.release(assignment)
    present = read_folder(folder)
    changed = sorted(
        path for path in present.keys() | files.keys() if present.get(path) != files.get(path)
    )
    if changed:
        replace_folder(folder, files)
    if register:
        GradebookWriter(course, loaded).close()
    return ReleaseReport(
        assignment=assignment,
        folder=folder,
        notebooks=tuple(loaded.notebooks),
        max_score=loaded.max_score,
        changed=tuple(changed),
        warnings=warnings,
    )


def check_release(course: Course, assignment: str) -> list[str]:
    """Whether `release/` is in step with `source/`, and `source/` in order; what is not, in words.

    Raises:
        OperatorError: there is no such assignment.
    """
    try:
        loaded, _ = _load_checked(course, assignment)
    except SourceError as error:
        return [str(problem) for problem in error.problems]
    files = release_files(loaded)
    folder = course.release(assignment)
    present = read_folder(folder)
    remedy = f"Run `autograder release {assignment}`"
    found = []
    for path in sorted(present.keys() | files.keys()):
        if path not in present:
            found.append(f"{folder / path}: it is missing. {remedy}")
        elif path not in files:
            found.append(f"{folder / path}: there is no such file in source/. {remedy}")
        elif present[path] != files[path]:
            found.append(f"{folder / path}: it differs from what source/ gives. {remedy}")
    return found


def release_files(assignment: Assignment) -> dict[str, bytes]:
    """What students get, by relative POSIX path. Like nbgrader, without notebooks in subfolders."""
    files = {path: data for path, data in assignment.files.items() if not _is_notebook(path)}
    for name, notebook in assignment.notebooks.items():
        files[f"{name}.ipynb"] = dump_notebook(_released(notebook))
    return files


def _load_checked(course: Course, name: str) -> tuple[Assignment, tuple[Problem, ...]]:
    folder = course.source(name)
    if not folder.is_dir() or not any(folder.glob("*.ipynb")):
        load_assignment(course, name)
        raise OperatorError(f"{folder} has no notebook")
    markers = Markers.of(course.config)
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.ipynb")):
        where = path.relative_to(course.root) if path.is_relative_to(course.root) else path
        problems += check_source(path.read_bytes(), str(where), markers)
    _refuse(problems)
    try:
        assignment = load_assignment(course, name)
    except NotebookError as error:
        raise SourceError((Problem(error.where, error.problem, error.remedy),)) from error
    files = {path: data for path, data in assignment.files.items() if not _is_notebook(path)}
    problems += check_assignment(assignment)
    problems += leaks(assignment, markers, files)
    _refuse(problems)
    return assignment, tuple(problems)


def _refuse(problems: list[Problem]) -> None:
    errors = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    if errors:
        raise SourceError(errors)


def _is_notebook(path: str) -> bool:
    return PurePosixPath(path).suffix == ".ipynb"


def _released(notebook: AssignmentNotebook) -> Mapping[str, object]:
    cells = []
    for cell in notebook.cells:
        entry: dict[str, object] = {
            "cell_type": cell.cell_type,
            "id": cell.cell_id,
            "metadata": dict(cell.metadata),
            "source": cell.release,
        }
        if cell.cell_type == "code":
            entry |= {"execution_count": None, "outputs": []}
        elif cell.attachments:
            entry["attachments"] = cell.attachments
        cells.append(entry)
    return {
        "cells": cells,
        "metadata": dict(notebook.metadata),
        "nbformat": 4,
        "nbformat_minor": 5,
    }
