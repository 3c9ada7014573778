"""The marks of a course, read from nbgrader's gradebook in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, final

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import case, func, select

__all__ = ["CellMark", "Grades", "Mark", "Person", "Work", "read_grades"]


@final
@dataclass(frozen=True, slots=True)
class Person:
    """A student, as entered in the gradebook."""

    id: str
    last_name: str | None = None
    first_name: str | None = None
    email: str | None = None

    @property
    def name(self) -> str:
        """First and last name, or the id of a student without names."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.id


@final
@dataclass(frozen=True, slots=True)
class Work:
    """An assignment.

    Args:
        name: its name.
        duedate: when it was due, UTC.
        max_score: points there are.
    """

    name: str
    duedate: datetime | None
    max_score: float


@final
@dataclass(frozen=True, slots=True)
class Mark:
    """What a student has in an assignment that was handed in.

    Args:
        timestamp: when it was handed in, UTC; None if nobody knows.
        raw_score: points without the late penalty.
        penalty: points taken off for lateness.
        pending: answers that a person has yet to mark.
        extension: how much later it was due for this student.
    """

    timestamp: datetime | None
    raw_score: float
    penalty: float
    pending: int
    extension: timedelta | None = None

    @property
    def score(self) -> float:
        """Points with the late penalty, at least 0."""
        return max(0.0, self.raw_score - self.penalty)


@final
@dataclass(frozen=True, slots=True)
class CellMark:
    """One cell of a submission that can earn points.

    Args:
        notebook: name of its notebook.
        cell: nbgrader's `grade_id`.
        auto_score: what the grader gave; None where a person decides.
        manual_score: what a person entered.
        extra_credit: points that a person added.
        max_score: the most it can earn.
        pending: a person has yet to look at it.
        comment: what a person wrote, or else nbgrader's automatic comment.
        written: what a person wrote.
    """

    notebook: str
    cell: str
    auto_score: float | None
    manual_score: float | None
    extra_credit: float | None
    max_score: float
    pending: bool
    comment: str
    written: str = ""

    @property
    def score(self) -> float:
        """Points, as nbgrader counts them."""
        given = self.auto_score if self.manual_score is None else self.manual_score
        return 0.0 if given is None else given + (self.extra_credit or 0.0)


@final
@dataclass(frozen=True, slots=True)
class Grades:
    """The marks of a course.

    Args:
        course: the course's id.
        works: the assignments, by due date and name.
        people: the students, by last name, first name and id.
        marks: by assignment and student id; who handed nothing in has no entry.
        cells: by assignment and student id, in the order of the notebooks' names; empty unless
            asked for.
    """

    course: str
    works: tuple[Work, ...]
    people: tuple[Person, ...]
    marks: Mapping[tuple[str, str], Mark]
    cells: Mapping[tuple[str, str], tuple[CellMark, ...]] = field(default_factory=dict)

    def mark(self, work: Work, person: Person) -> Mark | None:
        """What a student has in an assignment; None if nothing was handed in."""
        return self.marks.get((work.name, person.id))


def read_grades(
    gradebook: Any,
    *,
    assignments: Collection[str] = (),
    students: Collection[str] = (),
    cells: bool | Collection[str] = False,
) -> Grades:
    """Read the marks.

    Args:
        gradebook: nbgrader's `Gradebook`.
        assignments: only these; all of them if empty.
        students: only these; all of them if empty.
        cells: read every cell's entry as well, of all these assignments or of the named ones.
    """
    session = gradebook.db
    works = {
        row.id: Work(row.name, row.duedate, float(row.max_score))
        for row in session.execute(
            select(Assignment.id, Assignment.name, Assignment.duedate, Assignment.max_score)
        )
        if not assignments or row.name in assignments
    }
    people = [
        Person(row.id, row.last_name, row.first_name, row.email)
        for row in session.execute(
            select(Student.id, Student.last_name, Student.first_name, Student.email)
        )
        if not students or row.id in students
    ]
    known = {person.id for person in people}
    detailed = {
        key: work for key, work in works.items() if cells is True or (cells and work.name in cells)
    }
    return Grades(
        course=str(gradebook.course_id),
        works=tuple(sorted(works.values(), key=_by_date)),
        people=tuple(sorted(people, key=_by_name)),
        marks=_marks(session, works, known),
        cells=_cells(session, detailed, known) if detailed else {},
    )


def _by_date(work: Work) -> tuple[datetime, str]:
    return work.duedate or datetime.min, work.name  # noqa: DTZ901 - as nbgrader stores


def _by_name(person: Person) -> tuple[str, str, str]:
    return person.last_name or "", person.first_name or "", person.id


def _marks(
    session: Any, works: Mapping[str, Work], people: Collection[str]
) -> dict[tuple[str, str], Mark]:
    points = {
        row.assignment_id: (float(row.score), int(row.pending))
        for row in session.execute(
            select(
                SubmittedNotebook.assignment_id,
                func.coalesce(func.sum(Grade.score), 0.0).label("score"),
                func.coalesce(func.sum(case((Grade.needs_manual_grade, 1), else_=0)), 0).label(
                    "pending"
                ),
            )
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .group_by(SubmittedNotebook.assignment_id)
        )
    }
    penalties = {
        row.assignment_id: float(row.penalty)
        for row in session.execute(
            select(
                SubmittedNotebook.assignment_id,
                func.coalesce(func.sum(SubmittedNotebook.late_submission_penalty), 0.0).label(
                    "penalty"
                ),
            ).group_by(SubmittedNotebook.assignment_id)
        )
    }
    found = {}
    for row in session.execute(
        select(
            SubmittedAssignment.id,
            SubmittedAssignment.assignment_id,
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
        )
    ):
        if row.assignment_id in works and row.student_id in people:
            score, pending = points.get(row.id, (0.0, 0))
            key = works[row.assignment_id].name, row.student_id
            penalty = penalties.get(row.id, 0.0)
            found[key] = Mark(row.timestamp, score, penalty, pending, row.extension)
    return found


def _cells(
    session: Any, works: Mapping[str, Work], people: Collection[str]
) -> dict[tuple[str, str], tuple[CellMark, ...]]:
    names = {
        row.id: (row.name, row.notebook)
        for row in session.execute(
            select(BaseCell.id, BaseCell.name, Notebook.name.label("notebook")).join(
                Notebook, Notebook.id == BaseCell.notebook_id
            )
        )
    }
    most = {
        row.id: float(row.max_score or 0)
        for kind in (GradeCell, TaskCell)
        for row in session.execute(select(kind.id, kind.max_score))
    }
    owners = {
        row.id: (works[row.assignment_id].name, row.student_id)
        for row in session.execute(
            select(
                SubmittedNotebook.id,
                SubmittedAssignment.assignment_id,
                SubmittedAssignment.student_id,
            ).join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        )
        if row.assignment_id in works and row.student_id in people
    }
    comments = {
        (row.notebook_id, names[row.cell_id][0]): (row.comment, row.manual_comment or "")
        for row in session.execute(
            select(Comment.notebook_id, Comment.cell_id, Comment.comment, Comment.manual_comment)
            .join(SubmittedNotebook, SubmittedNotebook.id == Comment.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .where(SubmittedAssignment.assignment_id.in_(list(works)))
        )
        if row.comment and row.cell_id in names
    }
    found: dict[tuple[str, str], list[CellMark]] = defaultdict(list)
    for row in session.execute(
        select(
            Grade.notebook_id,
            Grade.cell_id,
            Grade.auto_score,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.needs_manual_grade,
        )
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .where(SubmittedAssignment.assignment_id.in_(list(works)))
    ):
        owner = owners.get(row.notebook_id)
        if owner is None:
            continue
        cell, notebook = names[row.cell_id]
        comment, written = comments.get((row.notebook_id, cell), ("", ""))
        found[owner].append(
            CellMark(
                notebook=notebook,
                cell=cell,
                auto_score=row.auto_score,
                manual_score=row.manual_score,
                extra_credit=row.extra_credit,
                max_score=most.get(row.cell_id, 0.0),
                pending=bool(row.needs_manual_grade),
                comment=comment,
                written=written,
            )
        )
    return {
        owner: tuple(sorted(marks, key=lambda mark: (mark.notebook, mark.cell)))
        for owner, marks in found.items()
    }
