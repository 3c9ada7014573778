"""How often the statistical checks of a test fail a right answer, as their authors declared it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

__all__ = ["DEFAULT", "Declared", "declare", "forget", "recorded"]

DEFAULT: Final = 1e-9
"""The chance of a false fail that a statistical check has unless its author says otherwise."""

_MOST: Final = 0.01


@final
@dataclass(frozen=True, slots=True)
class Declared:
    """One statistical check that ran.

    Args:
        what: what it looked at.
        rate: the chance that it fails a right answer.
    """

    what: str
    rate: float


_declared: list[Declared] = []


def declare(what: str, rate: float) -> float:
    """Note that a check which fails a right answer with this chance is about to run.

    Args:
        what: what it looks at.
        rate: the chance, above 0 and at most 0.01.

    Returns:
        The rate.

    Raises:
        ValueError: the rate is none that a test may have.
    """
    if not 0 < rate <= _MOST:
        raise ValueError(f"{what}: false_fail must be above 0 and at most {_MOST}, not {rate}")
    _declared.append(Declared(what, rate))
    return rate


def recorded() -> list[Declared]:
    """What was declared since `forget`, in order."""
    return list(_declared)


def forget() -> None:
    """Begin anew."""
    _declared.clear()
