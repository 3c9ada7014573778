"""One row a student and assignment, as nbgrader's own exporter sees them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, final

from nbgrader.api import SubmittedAssignment

__all__ = ["GradeRow", "grade_rows"]


@final
@dataclass(frozen=True, slots=True)
class GradeRow:
    """A student's result in one assignment; the fields are the columns of `nbgrader export`.

    Args:
        assignment: its name.
        duedate: when it was due, UTC.
        timestamp: when it was handed in, UTC; None if it was not, or nobody knows.
        student_id: the student's id.
        last_name: as entered in the gradebook.
        first_name: as entered in the gradebook.
        email: as entered in the gradebook.
        raw_score: points without the late penalty.
        late_submission_penalty: points taken off.
        score: points with the late penalty, at least 0.
        max_score: points there are.
    """

    assignment: str
    duedate: datetime | None
    timestamp: datetime | None
    student_id: str
    last_name: str | None
    first_name: str | None
    email: str | None
    raw_score: float
    late_submission_penalty: float
    score: float
    max_score: float


def grade_rows(
    gradebook: Any,
    *,
    assignments: Collection[str] = (),
    students: Collection[str] = (),
) -> list[GradeRow]:
    """Every student in every assignment; who handed nothing in has 0 points.

    Sorted by assignment (due date, name) and student (last name, first name, id).

    Args:
        gradebook: nbgrader's `Gradebook`.
        assignments: only these; all of them if empty.
        students: only these; all of them if empty.
    """
    chosen = [student for student in gradebook.students if not students or student.id in students]
    chosen.sort(key=_by_name)
    rows = []
    for assignment in sorted(gradebook.assignments, key=_by_date):
        if assignments and assignment.name not in assignments:
            continue
        submissions = {
            submission.student_id: submission
            for submission in gradebook.db.query(SubmittedAssignment).filter_by(
                assignment_id=assignment.id
            )
        }
        rows += [_row(assignment, student, submissions.get(student.id)) for student in chosen]
    return rows


def _row(assignment: Any, student: Any, submission: Any) -> GradeRow:
    raw = float(submission.score) if submission else 0.0
    penalty = float(submission.late_submission_penalty) if submission else 0.0
    return GradeRow(
        assignment=assignment.name,
        duedate=assignment.duedate,
        timestamp=submission.timestamp if submission else None,
        student_id=student.id,
        last_name=student.last_name,
        first_name=student.first_name,
        email=student.email,
        raw_score=raw,
        late_submission_penalty=penalty,
        score=max(0.0, raw - penalty),
        max_score=float(assignment.max_score),
    )


def _by_date(assignment: Any) -> tuple[datetime, str]:
    return assignment.duedate or datetime.min, assignment.name  # noqa: DTZ901 - as nbgrader stores


def _by_name(student: Any) -> tuple[str, str, str]:
    return student.last_name or "", student.first_name or "", student.id
