"""The verdicts of a class, small enough in memory for a very large one."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, final

from autograder.grading.plain import decode, encode
from autograder.grading.verdict import Verdict

__all__ = ["Verdicts"]

_LIMIT: Final = 64 << 20


@final
class Verdicts(Mapping[str, Verdict]):
    """Verdicts by student id, without the notebooks; iterated in the order of the ids.

    A verdict on forty cells takes some thirty kilobytes as objects and less than one as it is kept
    here; it is unpacked when it is asked for.
    """

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}

    def add(self, student: str, verdict: Verdict) -> None:
        """Keep a verdict; an earlier one of the same student is forgotten."""
        self._packed[student] = zlib.compress(encode(replace(verdict, notebooks={})), 1)

    def __getitem__(self, student: str) -> Verdict:
        """The verdict on one student's submission."""
        return decode(Verdict, zlib.decompress(self._packed[student]), limit=_LIMIT)

    def __iter__(self) -> Iterator[str]:
        """The ids, sorted."""
        return iter(sorted(self._packed))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._packed)
