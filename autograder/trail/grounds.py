"""On what grounds marks were given."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import final

from autograder.assignment import Assignment
from autograder.grading.fingerprint import fingerprint
from autograder.grading.plain import digest
from autograder.grading.policy import Policy
from autograder.grading.verdict import Verdict
from autograder.trail.log import Trail

__all__ = ["Grounds"]


@final
class Grounds:
    """Puts verdicts on record with everything that they depend on.

    Args:
        trail: where.
        assignment: as the instructor's folder has it.
        policy: bounds under which submissions are graded.
    """

    def __init__(self, trail: Trail, assignment: Assignment, policy: Policy) -> None:
        self._trail = trail
        versions = fingerprint()
        self._common = {
            "assignment": assignment.name,
            "tests": digest(assignment),
            "policy": digest(policy),
            "package": versions.package,
            "python": versions.python,
            "libraries": dict(versions.libraries),
        }
        self._limits = dataclasses.asdict(policy.limits)

    def record(
        self, student: str, files: Mapping[str, bytes], verdict: Verdict, *, cached: bool
    ) -> None:
        """Put one verdict on record.

        Args:
            student: the student's id.
            files: what was handed in.
            verdict: what came out.
            cached: it was found in an earlier run.

        Raises:
            OperatorError: it cannot be written.
        """
        self._trail.add(
            "graded",
            student=student,
            **self._common,
            limits=self._limits,
            engine=verdict.engine,
            cached=cached,
            files={name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
            status=str(verdict.status),
            reason=verdict.reason,
            score=verdict.score,
            max_score=verdict.max_score,
            repairs=len(verdict.repairs),
            cells=[
                [cell.notebook, cell.grade_id, str(cell.status), cell.points, cell.max_points]
                for cell in verdict.cells
            ],
        )
