"""Known mistakes: what wrong solutions answer to the tests of an assignment, and words for them."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

from autograder.errors import OperatorError
from autograder.sealed.model import Measured, Reply

__all__ = ["SCHEMA", "Hint", "Pattern", "diagnose", "dump_patterns", "load_hints", "load_patterns"]

SCHEMA: Final = 1
_LANGUAGES: Final = ("en", "zh")
_LEAST: Final = 1e-12


@final
@dataclass(frozen=True, slots=True)
class Hint:
    """What is said to students who made one of some mistakes.

    Args:
        name: of the hint, for the instructor.
        mistakes: names of the wrong solutions that it is about.
        texts: one sentence or two by language, `en` and `zh`.
    """

    name: str
    mistakes: frozenset[str]
    texts: Mapping[str, str]


@final
@dataclass(frozen=True, slots=True)
class Pattern:
    """What one wrong solution answers to one test that it fails.

    Args:
        notebook: name of the notebook.
        cell: the grade cell's id.
        mistake: name of the wrong solution.
        length: how many answers with numbers it gave until the test ended.
        replies: those that the reference solution does not give, with their place among all.
        own: whether the test is one that must find the mistake, and not one of a later exercise.
        hint: name of what is said about it; empty for nothing.
    """

    notebook: str
    cell: str
    mistake: str
    own: bool
    length: int
    replies: tuple[tuple[int, Reply], ...]
    hint: str = ""

    def fits(self, replies: Sequence[Reply]) -> bool:
        """Whether another solution gave as many answers, and the same wrong ones."""
        return len(replies) == self.length and all(
            same(reply, replies[place]) for place, reply in self.replies
        )


def same(known: Reply, found: Reply) -> bool:
    """Whether two answers are equal up to rounding."""
    return (
        known.shape == found.shape
        and len(known.arrays) == len(found.arrays)
        and all(map(equal, known.arrays, found.arrays))
    )


def equal(known: Measured, found: Measured) -> bool:
    """Whether two arrays are equal up to rounding."""
    allowed = known.rounding + _LEAST
    return (
        abs(known.size - found.size) <= allowed
        and abs(known.first - found.first) <= allowed
        and abs(known.second - found.second) <= allowed
    )


def diagnose(patterns: Sequence[Pattern], replies: Mapping[str, Sequence[Reply]]) -> dict[str, str]:
    """Names of hints, by the tests that failed as they do for a known mistake.

    A mistake counts only if every test of its own exercise that it has a pattern for fails as it
    does for the mistake. A test that fits mistakes with different hints has none.

    Args:
        patterns: of one notebook.
        replies: what the submission answered to the tests that it failed, by id.
    """
    excluded = {
        pattern.mistake
        for pattern in patterns
        if pattern.own and not pattern.fits(replies.get(pattern.cell, ()))
    }
    found: dict[str, set[str]] = {}
    for pattern in patterns:
        if pattern.mistake not in excluded and pattern.fits(replies.get(pattern.cell, ())):
            found.setdefault(pattern.cell, set()).add(pattern.hint)
    return {cell: hints.pop() for cell, hints in found.items() if len(hints) == 1}


def load_hints(folder: Path) -> tuple[Hint, ...]:
    """Read `hints.toml` of a folder with wrong solutions; nothing if there is none.

    Raises:
        OperatorError: the file is not in order.
    """
    path = folder / "hints.toml"
    if not path.is_file():
        return ()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise OperatorError(f"{path} cannot be read: {error}") from error
    hints = tuple(_hint(path, name, entry) for name, entry in document.items())
    seen: dict[str, str] = {}
    for hint in hints:
        for mistake in sorted(hint.mistakes):
            if mistake in seen:
                raise OperatorError(
                    f"{path}: {mistake} is in {seen[mistake]} and in {hint.name}; keep one"
                )
            seen[mistake] = hint.name
    return hints


def _hint(path: Path, name: str, entry: Any) -> Hint:
    match entry:
        case {"mistakes": [*mistakes], "en": str() as en, "zh": str() as zh, **rest} if (
            not rest
            and mistakes
            and en.strip()
            and zh.strip()
            and all(isinstance(mistake, str) for mistake in mistakes)
        ):
            texts = dict(zip(_LANGUAGES, (en.strip(), zh.strip()), strict=True))
            return Hint(name, frozenset(mistakes), texts)
    raise OperatorError(
        f"{path}: [{name}] needs `mistakes`, a list of names, and a sentence as `en` and as `zh`, "
        "and nothing else"
    )


def dump_patterns(patterns: Sequence[Pattern], solved: str, origin: str) -> str:
    """Patterns as JSON text, one a line.

    Args:
        patterns: what was recorded.
        solved: digest of the reference solutions from which they differ.
        origin: digest of everything they were recorded from. Grading does not ask for it.
    """
    lines = ",\n".join(json.dumps(_plain(pattern), separators=(",", ":")) for pattern in patterns)
    head = json.dumps({"schema": SCHEMA, "solved": solved, "origin": origin})
    return f'{head[:-1]}, "patterns": [\n{lines}\n]}}\n'


def load_patterns(path: Path, solved: str, hints: Sequence[Hint]) -> tuple[Pattern, ...] | None:
    """Read what `dump_patterns` wrote, without the tests for which there is no hint.

    Args:
        path: the file.
        solved: digest of the reference solutions as they are now.
        hints: what is said about which mistake.

    Returns:
        the patterns, or None if they belong to other reference solutions than these. Tests may
        have changed: where they make other calls, the patterns fit nothing.

    Raises:
        OperatorError: the file is damaged.
    """
    names = {mistake: hint.name for hint in hints for mistake in hint.mistakes}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if (document["schema"], document["solved"]) != (SCHEMA, solved):
            return None
        patterns = [_pattern(line, names) for line in document["patterns"]]
    except (ValueError, LookupError, TypeError) as error:
        raise OperatorError(
            f"{path} is damaged ({type(error).__name__}: {error}). Make it again with "
            "`autograder diagnose`"
        ) from error
    named = {(pattern.notebook, pattern.cell) for pattern in patterns if pattern.hint}
    return tuple(
        pattern for pattern in patterns if pattern.own or (pattern.notebook, pattern.cell) in named
    )


def _plain(pattern: Pattern) -> list[Any]:
    replies = [
        [place, reply.shape, [_numbers(array) for array in reply.arrays]]
        for place, reply in pattern.replies
    ]
    who = [pattern.notebook, pattern.cell, pattern.mistake, int(pattern.own)]
    return [*who, pattern.length, replies]


def _numbers(array: Measured) -> list[float]:
    return [
        float(f"{array.rounding:.2e}"),
        *(float(f"{value:.11g}") for value in (array.size, array.first, array.second)),
    ]


def _pattern(line: Any, names: Mapping[str, str]) -> Pattern:
    notebook, cell, mistake, own, length, replies = line
    return Pattern(
        notebook=str(notebook),
        cell=str(cell),
        mistake=str(mistake),
        own=bool(own),
        length=int(length),
        replies=tuple(
            (_place(place, length), _reply(shape, rows)) for place, shape, rows in replies
        ),
        hint=names.get(mistake, ""),
    )


def _place(place: int, length: int) -> int:
    if not 0 <= place < length:
        raise ValueError(f"there is no answer {place} of {length}")
    return place


def _reply(shape: str, rows: Any) -> Reply:
    arrays = tuple(
        Measured(float(rounding), float(size), float(first), float(second))
        for rounding, size, first, second in rows
    )
    if not all(math.isfinite(array.size + array.first + array.second) for array in arrays):
        raise ValueError("a number is not finite")
    return Reply(str(shape), arrays)
