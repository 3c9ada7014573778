"""Names that say nothing about who has them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import final

__all__ = ["Pseudonyms"]


@final
class Pseudonyms:
    """Numbers students at random, anew each time: two reports cannot be laid side by side.

    Args:
        students: their ids.
    """

    def __init__(self, students: Iterable[str]) -> None:
        ids = sorted(set(students))
        secrets.SystemRandom().shuffle(ids)
        width = len(str(len(ids)))
        self._names = {student: f"Student {n:0{width}d}" for n, student in enumerate(ids, start=1)}

    def of(self, student: str) -> str:
        """The pseudonym of a student.

        Raises:
            KeyError: nobody has this id.
        """
        return self._names[student]
