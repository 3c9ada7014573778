"""Writes the grades of a course to a file."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.export.formats import FORMATS
from autograder.export.options import Exported, Options
from autograder.folders import write_file
from autograder.grading.gradebook import open_gradebook
from autograder.grading.marks import Grades, read_grades
from autograder.grading.record import load_record
from autograder.grading.verdict import SubmissionStatus
from autograder.lateness import apply_policy
from autograder.trail import Trail

__all__ = ["ExportReport", "export", "write_grades"]


@final
@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was exported.

    Args:
        path: the file.
        rows: how many rows it has, without those of the header.
        marks: how many marks, each of one student in one assignment, it gives; empty ones are none.
        notes: what was left out and why, a sentence each.
    """

    path: Path
    rows: int
    marks: int
    notes: tuple[str, ...] = ()


def export(
    course: Course,
    to: Path,
    format: str = "csv",  # noqa: A002 - the option is called --format
    *,
    assignments: Collection[str] = (),
    students: Collection[str] = (),
    options: Options | None = None,
) -> ExportReport:
    """Write the grades of a course to a file.

    Args:
        course: whose gradebook.
        to: the file; replaced if it is there.
        format: one of `FORMATS`.
        assignments: only these; all by default.
        students: only these; all by default.
        options: what `policy.toml` drops is dropped unless they say otherwise; the feedback pages
            are found by themselves.

    Raises:
        OperatorError: an unknown format, assignment or student, a template that does not fit, or
            the file cannot be written.
    """
    chosen = FORMATS.get(format)
    if chosen is None:
        raise OperatorError(f"unknown format {format!r}; there is {', '.join(sorted(FORMATS))}")
    gradebook = open_gradebook(course)
    try:
        _refuse_unknown("assignment", assignments, {a.name for a in gradebook.assignments})
        _refuse_unknown("student", students, {s.id for s in gradebook.students})
        return write_grades(
            course,
            gradebook,
            to,
            format,
            assignments=assignments,
            students=students,
            options=options or Options(),
        )
    finally:
        gradebook.close()


def write_grades(
    course: Course,
    gradebook: Any,
    to: Path,
    format: str,  # noqa: A002 - as in `export`
    *,
    assignments: Collection[str],
    students: Collection[str],
    options: Options,
) -> ExportReport:
    """`export` with a gradebook that is open, as nbgrader's own command has one.

    Raises:
        OperatorError: a template that does not fit, or the file cannot be written or put on record.
    """
    chosen = FORMATS[format]
    apply_policy(course, gradebook)
    grades = read_grades(gradebook, assignments=assignments, students=students, cells=chosen.cells)
    options = options.of_course(course)
    if chosen.feedback:
        options = replace(options, feedback=_feedback(course, grades))
    exported = chosen.encode(grades, options)

    def announce() -> None:
        _put_on_record(course, to, format, exported)

    write_file(to, exported.data, announce)
    notes = (*exported.notes, *_quarantined(course, grades))
    return ExportReport(path=to, rows=exported.rows, marks=len(exported.given), notes=notes)


def _put_on_record(course: Course, to: Path, format: str, exported: Exported) -> None:  # noqa: A002 - as in `export`
    """One line in the trail: which file it is, and whom it gives how many points."""
    points: dict[str, dict[str, float | None]] = defaultdict(dict)
    for (assignment, student), value in exported.given.items():
        points[assignment][student] = None if value is None else round(value, 4)
    fact = {
        "format": format,
        "file": to.name,
        "sha256": hashlib.sha256(exported.data).hexdigest(),
        "students": len({student for _, student in exported.given}),
        "points": points,
    }
    Trail(course).add_all([("exported", fact)])


def _quarantined(course: Course, grades: Grades) -> Iterator[str]:
    """Who handed in what could not be graded, which is something else than handing in nothing."""
    people = {person.id: person for person in grades.people}
    for work in grades.works:
        try:
            records = load_record(course, work.name)
        except OperatorError as error:
            yield str(error)
            continue
        names = [
            student
            if grades.mark(work, people[student]) is None
            else f"{student} (the mark is that of an earlier submission)"
            for student, record in sorted(records.items())
            if record.status is SubmissionStatus.QUARANTINED and student in people
        ]
        if names:
            yield (
                f"{work.name} was handed in but is in quarantine: {', '.join(names)}. "
                f"`autograder grade {work.name}` says why"
            )


def _feedback(course: Course, grades: Grades) -> dict[tuple[str, str], tuple[Path, ...]]:
    return {
        (work.name, person.id): tuple(
            sorted(course.step("feedback", person.id, work.name).glob("*.html"))
        )
        for work in grades.works
        for person in grades.people
    }


def _refuse_unknown(kind: str, wanted: Collection[str], known: Collection[str]) -> None:
    if missing := sorted(set(wanted) - set(known)):
        raise OperatorError(f"the gradebook has no {kind} {', '.join(map(repr, missing))}")
