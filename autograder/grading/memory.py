"""What earlier runs found out and may be used again."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, final

from autograder.assignment import Assignment
from autograder.grading.cache import VerdictCache, cache_key
from autograder.grading.fingerprint import fingerprint
from autograder.grading.plain import PlainError, decode, digest, encode
from autograder.grading.policy import Policy
from autograder.grading.received import read_verdict
from autograder.grading.sealing import Sealing
from autograder.grading.verdict import Status, SubmissionStatus, Verdict

__all__ = ["Memory", "Reuse", "is_settled"]

_SEALING_LIMIT: Final = 16 << 20
_UNSETTLED: Final = {Status.TIMEOUT, Status.MEMORY, Status.CRASHED}


class Reuse(Enum):
    """Which verdicts of earlier runs count."""

    ALL = "all"
    """Every verdict on the same submission, assignment, policy, engine and versions."""

    SETTLED = "settled"
    """The same, but what ran out of time or memory or crashed is tried again."""

    NOTHING = "nothing"
    """None: everything is graded and written again."""


def is_settled(verdict: Verdict) -> bool:
    """Whether another run could not end differently because the machine was less busy."""
    if verdict.status is not SubmissionStatus.GRADED:
        return True
    return not any(
        cell.status in _UNSETTLED
        or (cell.status is Status.NOT_RUN and cell.notebook in verdict.notebooks)
        for cell in verdict.cells
    )


@final
class Memory:
    """Finds and keeps the verdicts of one batch.

    Args:
        cache: where they are kept; None to find and keep nothing.
        reuse: which of them count.
        policy: under which they were made.
        engines: names of the engines that may have made them.
    """

    def __init__(
        self, cache: VerdictCache | None, reuse: Reuse, policy: Policy, engines: Sequence[str]
    ) -> None:
        self._cache = cache
        self._reuse = reuse
        self._engines = engines
        self._conditions = [digest(fingerprint()), digest(policy)]
        self._assignment: Assignment | None = None
        self._assignment_digest = ""

    @property
    def forgets(self) -> bool:
        """Whether everything is to be done as if for the first time."""
        return self._reuse is Reuse.NOTHING

    def sealed(self, assignment: Assignment) -> Assignment | None:
        """The assignment as it was sealed before; None if it was not."""
        if self._cache is None or self._reuse is Reuse.NOTHING:
            return None
        data = self._cache.load(self._sealing_key(assignment))
        if data is None:
            return None
        try:
            kept = decode(Sealing, data, limit=_SEALING_LIMIT)
        except PlainError:
            return None
        return kept.applied(assignment) if kept.fits(assignment) else None

    def keep_sealed(self, assignment: Assignment, sealed: Assignment) -> None:
        """Keep what sealing decided.

        Raises:
            OSError: there is no room.
        """
        if self._cache is not None:
            self._cache.store(self._sealing_key(assignment), encode(Sealing.of(sealed)))

    def begin(self, assignment: Assignment) -> None:
        """From now on it is about this assignment, which is sealed."""
        self._assignment = assignment
        self._assignment_digest = digest(assignment)

    def key(self, submission: str, engine: str) -> str:
        """Names everything that a verdict depends on.

        Args:
            submission: its digest.
            engine: the name of the engine that made the verdict.
        """
        return cache_key("verdict", *self._conditions, self._assignment_digest, engine, submission)

    def recall(self, submission: str) -> Verdict | None:
        """The verdict on a submission with this digest, if there is one that counts."""
        if self._cache is None or self._reuse is Reuse.NOTHING or self._assignment is None:
            return None
        for engine in (*self._engines, ""):
            data = self._cache.load(self.key(submission, engine))
            if data is None:
                continue
            try:
                verdict = read_verdict(data, self._assignment)
            except PlainError:
                continue
            if verdict.engine == engine and (self._reuse is Reuse.ALL or is_settled(verdict)):
                return verdict
        return None

    def keep(self, submission: str, verdict: Verdict) -> None:
        """Keep a verdict.

        Raises:
            OSError: there is no room.
        """
        if self._cache is not None:
            self._cache.store(self.key(submission, verdict.engine), encode(verdict))

    def trim(self) -> None:
        """Remove what was used longest ago, if there is too much."""
        if self._cache is not None:
            self._cache.trim()

    def _sealing_key(self, assignment: Assignment) -> str:
        engine = self._engines[0] if self._engines else ""
        return cache_key("sealing", *self._conditions, digest(assignment), engine)
