"""Writes due dates, extensions and penalties into nbgrader's gradebook."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, final

from nbgrader.api import SubmittedAssignment, SubmittedNotebook
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload, selectinload, undefer

from autograder.course import Course
from autograder.grading.database import unusable
from autograder.grading.gradebook import open_gradebook
from autograder.lateness.assess import HandedIn, Lateness, assess
from autograder.lateness.rules import Rules, load_rules
from autograder.trail.log import Trail

__all__ = [
    "Deduction",
    "apply_policy",
    "assess_course",
    "assess_student",
    "handed_in",
    "sync",
    "write_extension",
]

_SAME = 1e-9


@final
@dataclass(frozen=True, slots=True)
class Deduction:
    """What the rules take off one submission.

    Args:
        student: the student's id.
        lateness: what they make of its time.
        score: points earned before.
        points: taken off.
        before: what the gradebook took off until now.
    """

    student: str
    lateness: Lateness
    score: float
    points: float
    before: float

    @property
    def changed(self) -> bool:
        """Whether the gradebook says something else."""
        return abs(self.points - self.before) > _SAME


def assess_student(rules: Rules, gradebook: Any, student: str) -> dict[str, Lateness]:
    """What the rules make of everything that one student handed in, by assignment."""
    submissions = gradebook.db.query(SubmittedAssignment).filter_by(student_id=student)
    return assess(rules, student, {entry.name: _handed(rules, entry) for entry in submissions})


def assess_course(course: Course, gradebook: Any) -> list[Deduction]:
    """What the course's rules take off every submission; nothing is written.

    Sorted by assignment and student; empty where there are no rules.

    Raises:
        OperatorError: `policy.toml` says something that has no meaning.
    """
    rules = load_rules(course)
    return [] if rules is None else [found for found, _, _ in _assessed(rules, gradebook)]


def apply_policy(course: Course, gradebook: Any) -> list[Deduction]:
    """Bring the gradebook in step with the course's rules, in one transaction.

    Due dates and extensions that the rules do not name stay as they are; nothing happens where
    there are no rules. Every penalty that changes is put on record first.

    Args:
        course: the course.
        gradebook: nbgrader's `Gradebook`, opened for it.

    Returns:
        What is taken off every submission, sorted by assignment and student.

    Raises:
        OperatorError: `policy.toml` says something that has no meaning, the record cannot be
            written, or the gradebook is locked by somebody else.
    """
    rules = load_rules(course)
    if rules is None:
        return []
    session = gradebook.db
    try:
        for assignment in gradebook.assignments:
            due = rules.of(assignment.name).due
            if due is not None and assignment.duedate != due:
                assignment.duedate = due
        found = _assessed(rules, gradebook)
        for deduction, submission, penalties in found:
            write_extension(submission, deduction.lateness)
            for notebook, points in penalties:
                wanted = points or None
                if (notebook.late_submission_penalty or 0.0) != (wanted or 0.0):
                    notebook.late_submission_penalty = wanted
        deductions = [deduction for deduction, _, _ in found]
        Trail(course).add_all([_on_record(entry) for entry in deductions if entry.changed])
        session.commit()
    except SQLAlchemyError as error:
        session.rollback()
        raise unusable(course.db_url, error) from error
    except BaseException:
        session.rollback()
        raise
    return deductions


def sync(course: Course) -> list[Deduction]:
    """`apply_policy` for who has not opened the gradebook."""
    gradebook = open_gradebook(course)
    try:
        return apply_policy(course, gradebook)
    finally:
        gradebook.close()


def _on_record(deduction: Deduction) -> tuple[str, dict[str, Any]]:
    return "penalty", {
        "assignment": deduction.lateness.assignment,
        "student": deduction.student,
        "points": deduction.points,
        "points_before": deduction.before,
        "late_seconds": deduction.lateness.late.total_seconds(),
    }


def write_extension(submission: Any, lateness: Lateness) -> None:
    """Give nbgrader's submission the deadline that the rules give it, if they give one."""
    if lateness.extension is not None and lateness.deadline and lateness.due:
        extension = lateness.deadline - lateness.due
        if submission.extension != extension:
            submission.extension = extension


def handed_in(
    rules: Rules,
    assignment: str,
    student: str,
    *,
    due: datetime | None,
    extension: timedelta | None,
    timestamp: datetime | None,
) -> HandedIn:
    """When a student had to hand in and did, from what the gradebook says.

    Args:
        rules: of the course.
        assignment: its name.
        student: the student's id.
        due: of the assignment, for everybody.
        extension: of the student's submission.
        timestamp: of the student's submission.
    """
    due = rules.of(assignment).due or due
    # An extension that somebody entered elsewhere moves the date that the rules start from.
    if due is not None and extension is not None:
        named = rules.extended(assignment, student, due)[1]
        if named is None:
            due += extension
    return HandedIn(due, timestamp)


def _handed(rules: Rules, submission: Any) -> HandedIn:
    return handed_in(
        rules,
        submission.name,
        submission.student_id,
        due=submission.assignment.duedate,
        extension=submission.extension,
        timestamp=submission.timestamp,
    )


def _assessed(rules: Rules, gradebook: Any) -> list[tuple[Deduction, Any, list[tuple[Any, float]]]]:
    by_student: dict[str, list[Any]] = defaultdict(list)
    # What is read below of each submission, in a few queries for the whole class.
    at_once = (
        joinedload(SubmittedAssignment.assignment),
        selectinload(SubmittedAssignment.notebooks).options(
            undefer(SubmittedNotebook.score), undefer(SubmittedNotebook.max_score)
        ),
    )
    for submission in gradebook.db.query(SubmittedAssignment).options(*at_once):
        by_student[submission.student_id].append(submission)
    found = []
    for student, submissions in by_student.items():
        lateness = assess(
            rules, student, {entry.name: _handed(rules, entry) for entry in submissions}
        )
        for submission in submissions:
            verdict = lateness[submission.name]
            penalties = [
                (notebook, verdict.penalty(float(notebook.score), float(notebook.max_score)))
                for notebook in submission.notebooks
            ]
            deduction = Deduction(
                student=student,
                lateness=verdict,
                score=sum(float(notebook.score) for notebook in submission.notebooks),
                points=sum(points for _, points in penalties),
                before=sum(
                    float(notebook.late_submission_penalty or 0)
                    for notebook in submission.notebooks
                ),
            )
            found.append((deduction, submission, penalties))
    return sorted(found, key=lambda entry: (entry[0].lateness.assignment, entry[0].student))
