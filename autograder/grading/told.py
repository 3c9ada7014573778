"""What a student may read about a test that failed, where the test's own text is a secret."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import dropwhile

from autograder.sealed.model import Failure, Origin

__all__ = ["NOT_SOLVED", "told", "withheld"]

NOT_SOLVED = "This exercise is not solved yet (NotImplementedError)."
_NO_WORDS = "A check in this test does not hold."
_ADVICE = (
    "What it says is left out, because it can repeat what hidden tests use. Run the visible tests, "
    "and try more examples of your own."
)
_MOST_LINES = 400
_MOST_CHARS = 120


def told(failure: Failure, sources: Mapping[str, str]) -> str:
    """What a failed test is about, without anything that a hidden test made.

    Args:
        failure: of a grade cell in which hidden lines ran, or one after them.
        sources: the submission's own cells, by id.
    """
    cause = failure.cause
    if cause is None:
        return f"This test stopped with an error. {_ADVICE}"
    match cause.origin:
        case Origin.AUTHOR:
            return cause.words or _NO_WORDS
        case Origin.SUBMISSION if cause.kind == "NotImplementedError":
            return NOT_SOLVED
        case Origin.SUBMISSION:
            what = cause.kind or "an exception of a type of its own"
            line = _line(cause.place, sources)
            where = f" at this line of it:\n{line}\n" if line else ". "
            return f"The test called your code, which stopped with {what}{where}{_ADVICE}"
    if cause.words:
        return cause.words
    if cause.kind == "AssertionError":
        return f"{_NO_WORDS} {_ADVICE}"
    what = cause.kind or "an error"
    return f"This test stopped with {what} while it looked at what your code gave. {_ADVICE}"


def withheld(failure: Failure | None) -> str:
    """What stands for the outputs of a cell that ran after hidden tests."""
    stopped = "" if failure is None else " It stopped with an error."
    return (
        "[What this cell showed is left out, because code that hidden tests called can repeat "
        f"here what they use.{stopped} Run it in your own notebook to see it.]"
    )


def _line(place: tuple[str, int] | None, sources: Mapping[str, str]) -> str:
    """The submission's own line, if it really has one there."""
    if place is None:
        return ""
    key, number = place
    # As IPython does, which takes blank lines at the top away.
    lines = list(dropwhile(lambda line: not line.strip(), sources.get(key, "").split("\n")))
    if not 1 <= number <= min(len(lines), _MOST_LINES):
        return ""
    return lines[number - 1].strip()[:_MOST_CHARS]
