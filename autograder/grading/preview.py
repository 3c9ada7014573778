"""What grading would change, before it does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, final

from autograder.course import Course
from autograder.grading.batch import BatchReport
from autograder.grading.gradebook import open_gradebook
from autograder.grading.marks import Grades, read_grades
from autograder.grading.verdict import Status, SubmissionStatus, Verdict

__all__ = ["CellChange", "Change", "Preview", "preview"]

_SAME = 1e-9
BINS = 10
"""Tenths of the points, for the distributions."""


@final
@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell whose automatic points would change.

    Args:
        notebook: name of its notebook.
        cell: nbgrader's `grade_id`.
        before: points until now; None if there is no mark.
        after: points it would have.
        manual: what a person entered, which stays and counts instead; None for nothing.
        message: what the student would read.
    """

    notebook: str
    cell: str
    before: float | None
    after: float
    manual: float | None
    message: str


@final
@dataclass(frozen=True, slots=True)
class Change:
    """What would change for one student.

    Args:
        student: the student's id.
        before: points until now, with what people entered; None if there is no mark.
        after: points they would have; None if the submission cannot be graded, and the mark stays.
        cells: what changes.
        reason: why it could not be graded.
    """

    student: str
    before: float | None
    after: float | None
    cells: tuple[CellChange, ...]
    reason: str = ""

    @property
    def difference(self) -> float:
        """Points gained, or lost if negative."""
        return 0.0 if self.after is None else self.after - (self.before or 0.0)


@final
@dataclass(frozen=True, slots=True)
class Preview:
    """What would change for a class.

    Args:
        assignment: its name.
        max_score: points there are.
        changes: of the students for whom something would change, the largest losses first.
        unchanged: how many others were graded.
        before: how many students have so many tenths of the points now; full marks are in the
            last.
        after: how many would.
    """

    assignment: str
    max_score: float
    changes: tuple[Change, ...]
    unchanged: int
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def by_cell(self) -> dict[str, tuple[int, int]]:
        """How many students gain and lose points, by cell; first those with most changes."""
        gains: Counter[str] = Counter()
        losses: Counter[str] = Counter()
        for change in self.changes:
            for cell in change.cells:
                name = f"{cell.notebook}/{cell.cell}"
                if cell.after > (cell.before or 0.0) + _SAME:
                    gains[name] += 1
                elif cell.after < (cell.before or 0.0) - _SAME:
                    losses[name] += 1
        names = sorted(gains | losses, key=lambda name: (-gains[name] - losses[name], name))
        return {name: (gains[name], losses[name]) for name in names}

    def to_json(self) -> dict[str, Any]:
        """Plain data with a schema version."""
        return {
            "schema": 1,
            "assignment": self.assignment,
            "max_score": self.max_score,
            "unchanged": self.unchanged,
            "before": list(self.before),
            "after": list(self.after),
            "changes": [
                {
                    "student": change.student,
                    "before": change.before,
                    "after": change.after,
                    "difference": change.difference,
                    "reason": change.reason,
                    "cells": [
                        {
                            "notebook": cell.notebook,
                            "cell": cell.cell,
                            "before": cell.before,
                            "after": cell.after,
                            "manual": cell.manual,
                            "message": cell.message,
                        }
                        for cell in change.cells
                    ],
                }
                for change in self.changes
            ],
        }


def preview(course: Course, report: BatchReport) -> Preview:
    """Compare what grading gave with what the gradebook has.

    Args:
        course: whose gradebook; it is only read.
        report: of a batch that wrote nothing.
    """
    gradebook = open_gradebook(course)
    try:
        grades = read_grades(gradebook, cells=True)
    finally:
        gradebook.close()
    changes = []
    before: list[float] = []
    after: list[float] = []
    most = 0.0
    for student, verdict in report.verdicts.items():
        most = max(most, verdict.max_score)
        change = _change(grades, report.assignment, student, verdict)
        if change.cells or change.reason:
            changes.append(change)
        if change.before is not None:
            before.append(change.before)
        if (now := change.before if change.after is None else change.after) is not None:
            after.append(now)
    return Preview(
        assignment=report.assignment,
        max_score=most,
        changes=tuple(sorted(changes, key=lambda change: (change.difference, change.student))),
        unchanged=len(report.verdicts) - len(changes),
        before=_distribution(before, most),
        after=_distribution(after, most),
    )


def _change(grades: Grades, assignment: str, student: str, verdict: Verdict) -> Change:
    mark = grades.marks.get((assignment, student))
    before = mark.raw_score if mark else None
    if verdict.status is not SubmissionStatus.GRADED:
        return Change(student, before, None, (), verdict.reason or "it cannot be graded")
    held = {
        (cell.notebook, cell.cell): cell for cell in grades.cells.get((assignment, student), ())
    }
    total = 0.0
    cells = []
    for new in verdict.cells:
        old = held.get((new.notebook, new.grade_id))
        manual = old.manual_score if old else None
        extra = (old.extra_credit or 0.0) if old else 0.0
        by_hand = new.status is Status.MANUAL
        # As nbgrader counts: extra points for an answer count once it has a mark.
        given = manual if manual is not None else None if by_hand else new.points
        total += 0.0 if given is None else given + extra
        was = old.auto_score if old else None
        if not by_hand and (was is None or abs(was - new.points) > _SAME):
            cells.append(
                CellChange(new.notebook, new.grade_id, was, new.points, manual, new.message)
            )
    return Change(student, before, total, tuple(cells))


def _distribution(scores: list[float], most: float) -> tuple[int, ...]:
    counts = [0] * BINS
    for score in scores:
        share = score / most if most else 0.0
        counts[min(BINS - 1, max(0, int(share * BINS)))] += 1
    return tuple(counts)
