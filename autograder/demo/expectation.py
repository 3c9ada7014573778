"""What each submission of the demo must get; the demo says where that is not what it got."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from autograder.grading.verdict import Status, SubmissionStatus, Verdict

__all__ = ["Expectation", "differences"]


@final
@dataclass(frozen=True, slots=True)
class Expectation:
    """The marks of a submission, known beforehand.

    Args:
        loses: grade cells that must not give full points.
        may_lose: grade cells that depend on those and need not.
        quarantined: it cannot be graded at all; then the cells say nothing.
    """

    loses: frozenset[str] = frozenset()
    may_lose: frozenset[str] = frozenset()
    quarantined: bool = False


def differences(expected: Expectation, verdict: Verdict) -> Iterator[str]:
    """In words, everything in which a verdict is not the expected one."""
    if expected.quarantined != (verdict.status is SubmissionStatus.QUARANTINED):
        yield f"it is {verdict.status}: {verdict.reason or 'it should be quarantined'}"
        return
    if expected.quarantined:
        return
    for cell in verdict.cells:
        if cell.status is Status.MANUAL:
            continue
        lost = cell.points < cell.max_points
        if lost and cell.grade_id not in expected.loses | expected.may_lose:
            yield f"{cell.grade_id} should give full points: {cell.status}, {cell.message}"
        if not lost and cell.grade_id in expected.loses:
            yield f"{cell.grade_id} should not give full points"
