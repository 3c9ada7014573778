"""Writes the grades of a course to a file."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import final

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.export.formats import FORMATS
from autograder.export.rows import grade_rows
from autograder.grading.gradebook import open_gradebook

__all__ = ["ExportReport", "export", "write_file"]


@final
@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was exported.

    Args:
        path: the file.
        rows: how many students times assignments.
    """

    path: Path
    rows: int


def export(
    course: Course,
    to: Path,
    format: str = "csv",  # noqa: A002 - the option is called --format
    *,
    assignments: Collection[str] = (),
    students: Collection[str] = (),
    bom: bool = False,
) -> ExportReport:
    """Write one row a student and assignment.

    Args:
        course: whose gradebook.
        to: the file; replaced if it is there.
        format: one of `FORMATS`.
        assignments: only these; all by default.
        students: only these; all by default.
        bom: begin the file with a byte order mark, which old versions of Excel need for names
            that are not ASCII.

    Raises:
        OperatorError: an unknown format, assignment or student, or the file cannot be written.
    """
    encode = FORMATS.get(format)
    if encode is None:
        raise OperatorError(f"unknown format {format!r}; there is {', '.join(sorted(FORMATS))}")
    gradebook = open_gradebook(course)
    try:
        _refuse_unknown("assignment", assignments, {a.name for a in gradebook.assignments})
        _refuse_unknown("student", students, {s.id for s in gradebook.students})
        rows = grade_rows(gradebook, assignments=assignments, students=students)
    finally:
        gradebook.close()
    write_file(to, encode(rows, bom=bom))
    return ExportReport(path=to, rows=len(rows))


def _refuse_unknown(kind: str, wanted: Collection[str], known: Collection[str]) -> None:
    if missing := sorted(set(wanted) - set(known)):
        raise OperatorError(f"the gradebook has no {kind} {', '.join(map(repr, missing))}")


def write_file(path: Path, data: bytes) -> None:
    """Replace a file in one step; a pipe is written to.

    Raises:
        OperatorError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        if path.exists() and not path.is_file():
            # A pipe or a terminal: there is nothing to replace.
            path.write_bytes(data)
            return
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OperatorError(f"{path} cannot be written: {error.strerror}") from error
