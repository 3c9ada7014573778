"""What grading a submission gives: plain data with a schema version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, final

__all__ = ["SCHEMA", "CellVerdict", "Repair", "Status", "SubmissionStatus", "Verdict"]

SCHEMA = 1


class Status(StrEnum):
    """What became of one cell that can earn points."""

    PASSED = "passed"
    FAILED = "failed"
    PARTIAL = "partial"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    NOT_RUN = "not_run"
    MANUAL = "manual"


class SubmissionStatus(StrEnum):
    """Whether a submission could be graded at all."""

    GRADED = "graded"
    QUARANTINED = "quarantined"


@final
@dataclass(frozen=True, slots=True)
class CellVerdict:
    """The verdict on one cell.

    Args:
        notebook: name of its notebook, without suffix.
        grade_id: nbgrader's id of the cell.
        status: how it ended; only `passed` and `partial` earn points.
        points: earned automatically; 0 where a person decides.
        max_points: the most it can earn.
        message: for the student.
        author_note: for the instructor, where the test itself is to blame.
        detail: for the instructor, what went wrong in full, where `message` must not say it.
        open: whether the cell runs in the student's process, without the protection of the others.
        diagnosis: name of the hint for the mistake that was recognised (see `autograder.mistakes`).
        carried: solution cells in whose place the reference's earned the points, by `grade_id`.
        cpu_seconds: CPU time used.
        peak_bytes: the most private memory used, 0 where unknown.
    """

    notebook: str
    grade_id: str
    status: Status
    points: float
    max_points: float
    message: str = ""
    author_note: str = ""
    detail: str = ""
    open: bool = False
    diagnosis: str = ""
    carried: tuple[str, ...] = ()
    cpu_seconds: float = 0.0
    peak_bytes: int = 0


@final
@dataclass(frozen=True, slots=True)
class Repair:
    """Something in a submission that was put right before it was run."""

    notebook: str
    grade_id: str
    what: str


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one submission.

    Args:
        assignment: its name.
        status: graded, or quarantined for the reason given.
        cells: every cell that can earn points, in the order of the instructor's notebooks.
        reason: why it is quarantined and what to do; empty if graded.
        repairs: what was put right.
        unanswered: (notebook, grade_id) of the answers that are still as released.
        notebooks: the autograded notebooks as bytes, by name.
        engine: which engine ran it.
        seconds: wall time it took.
    """

    assignment: str
    status: SubmissionStatus
    cells: tuple[CellVerdict, ...] = ()
    reason: str = ""
    repairs: tuple[Repair, ...] = ()
    unanswered: tuple[tuple[str, str], ...] = ()
    notebooks: Mapping[str, bytes] = field(default_factory=dict)
    engine: str = ""
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """Points earned automatically."""
        return sum(cell.points for cell in self.cells)

    @property
    def max_score(self) -> float:
        """The most points there are."""
        return sum(cell.max_points for cell in self.cells)

    @property
    def needs_manual_grade(self) -> bool:
        """Whether a person has to look at an answer."""
        return any(cell.status is Status.MANUAL for cell in self.cells)

    def to_json(self, student: str) -> dict[str, Any]:
        """One entry of `submissions` in the file that `grade --json` writes."""
        return {
            "student": student,
            "status": str(self.status),
            "score": self.score,
            "max_score": self.max_score,
            "seconds": round(self.seconds, 4),
            "reason": self.reason,
            "engine": self.engine,
            "repairs": [
                {"notebook": repair.notebook, "grade_id": repair.grade_id, "what": repair.what}
                for repair in self.repairs
            ],
            "cells": [
                {
                    "notebook": cell.notebook,
                    "grade_id": cell.grade_id,
                    "status": str(cell.status),
                    "points": cell.points,
                    "max_points": cell.max_points,
                    "message": cell.message,
                    "author_note": cell.author_note,
                    "detail": cell.detail,
                    "open": cell.open,
                    "diagnosis": cell.diagnosis,
                    "carried": list(cell.carried),
                    "cpu_seconds": round(cell.cpu_seconds, 4),
                    "peak_bytes": cell.peak_bytes,
                }
                for cell in self.cells
            ],
        }
