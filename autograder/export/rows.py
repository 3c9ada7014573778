"""One row a student and assignment, with the columns of `nbgrader export`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import final

from autograder.grading.marks import Grades

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


def grade_rows(grades: Grades) -> list[GradeRow]:
    """Every student in every assignment; who handed nothing in has 0 points.

    Sorted by assignment (due date, name) and student (last name, first name, id).
    """
    rows = []
    for work in grades.works:
        for person in grades.people:
            mark = grades.mark(work, person)
            rows.append(
                GradeRow(
                    assignment=work.name,
                    duedate=work.duedate,
                    timestamp=mark.timestamp if mark else None,
                    student_id=person.id,
                    last_name=person.last_name,
                    first_name=person.first_name,
                    email=person.email,
                    raw_score=mark.raw_score if mark else 0.0,
                    late_submission_penalty=mark.penalty if mark else 0.0,
                    score=mark.score if mark else 0.0,
                    max_score=work.max_score,
                )
            )
    return rows
