"""Where submissions are graded: the seam between a batch and the machines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, final

from autograder.assignment import Assignment
from autograder.grading.grade import Submission, grade
from autograder.grading.policy import Policy
from autograder.grading.verdict import Verdict
from autograder.sealed import SealedEngine
from autograder.sealed.model import Engine

__all__ = ["Backend", "Outcome", "Started", "outcome_of"]


@final
@dataclass(frozen=True, slots=True)
class Started:
    """A submission is being graded now."""

    student: str


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one submission.

    Args:
        student: whose it is.
        verdict: what grading gave; None if the machine is to blame.
        problem: what happened then.
    """

    student: str
    verdict: Verdict | None
    problem: str = ""


class Backend(Protocol):
    """Grades the submissions of one assignment, several at once.

    A batch enters it, lets it seal the assignment, begins, and then submits and takes what comes,
    all from one thread.
    """

    @property
    def description(self) -> str:
        """Where the work is done, for people."""
        ...

    @property
    def slots(self) -> int:
        """How many submissions it wants to have at a time; may change."""
        ...

    @property
    def engines(self) -> Sequence[str]:
        """Names of the engines that it may use, the likeliest first."""
        ...

    def seal(self, assignment: Assignment, policy: Policy) -> Assignment:
        """Decide which grade cells are open (see `grading.sealing`)."""
        ...

    def begin(self, assignment: Assignment, policy: Policy) -> None:
        """What is submitted from now on belongs to this assignment, which is sealed."""
        ...

    def submit(self, student: str, submission: Submission) -> None:
        """Have a submission graded."""
        ...

    def withdraw(self) -> Collection[str]:
        """Take back what was submitted and has not begun; gives whose it is."""
        ...

    def next(self, seconds: float) -> Started | Outcome | str | None:
        """What happened next; None if nothing did for so long.

        A text says, for people, that something keeps the work waiting, or no longer does.

        Raises:
            OperatorError: the work cannot go on.
        """
        ...

    def wake(self) -> None:
        """Let `next` return at once. The only method that may be called from elsewhere."""
        ...

    def close(self, *, wait: bool = True) -> None:
        """Drop what has not begun, and end.

        Args:
            wait: for what is being graded.
        """
        ...


def outcome_of(
    student: str,
    assignment: Assignment,
    submission: Submission,
    policy: Policy,
    engine: Callable[[], Engine],
) -> Outcome:
    """Grade one submission; whatever goes wrong costs this one only."""
    try:
        ready = engine()
        if isinstance(ready, SealedEngine):
            # Not in the time that the first submission is said to take.
            ready.warm_up()
        return Outcome(student, grade(assignment, submission, policy, ready))
    except Exception as error:  # noqa: BLE001 - one submission never stops a class
        return Outcome(student, None, f"{type(error).__name__}: {error}"[:2_000])
