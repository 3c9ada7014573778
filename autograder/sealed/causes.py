"""Why a grade cell failed, in facts that do not repeat what the cell computed."""

from __future__ import annotations

import ast
import dis
import linecache
import re
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Final, final

from autograder.sealed.model import Cause, Origin
from autograder.sealed.values import EXCEPTIONS

__all__ = ["Witness"]

_RAISE: Final = dis.opmap["RAISE_VARARGS"]
_WORDS: Final = frozenset({"err_msg", "message", "msg", "reason"})
_CHECKS: Final = "autograder.checks"
_LEAST: Final = 3
_NOT_RAISED: Final = re.compile(r"DID NOT RAISE (?:<class ')?(\w+)(?:'>)?")


@final
class Witness:
    """Tells causes of failures in one judge.

    Args:
        is_instructors: whether a file name of code is that of a cell, or of a file beside it.
        is_submissions: whether code of the submission raised an exception.
        place: where in the submission it did: id of the cell, line.
        asked_for: names that the notebook asks students to define.
    """

    def __init__(
        self,
        is_instructors: Callable[[str], bool],
        is_submissions: Callable[[BaseException], bool],
        place: Callable[[BaseException], tuple[str, int] | None],
        asked_for: Callable[[], frozenset[str]],
    ) -> None:
        self._is_instructors = is_instructors
        self._is_submissions = is_submissions
        self._place = place
        self._asked_for = asked_for

    def cause(self, error: BaseException) -> Cause:
        """Why a cell that ended with this error did so."""
        kind = type(error).__name__ if EXCEPTIONS.get(type(error).__name__) is type(error) else ""
        if self._is_submissions(error):
            return Cause(Origin.SUBMISSION, kind, "", self._place(error))
        words = self._words(error)
        if words is not None and not self._repeats(error, words):
            return Cause(Origin.AUTHOR, kind, words)
        return Cause(Origin.TEST, kind, self._of_its_own(error))

    def _words(self, error: BaseException) -> str | None:
        """What the author wrote to say what is wrong; None if it was not on purpose."""
        frames = list(_frames(error))
        if not frames:
            return None
        frame, last = frames[-1]
        own = self._is_instructors(frame.f_code.co_filename)
        if own or str(frame.f_globals.get("__name__")).startswith(_CHECKS):
            if frame.f_code.co_code[last] != _RAISE:
                return None
            return _text(error.args)
        for frame, last in reversed(frames):
            if self._is_instructors(frame.f_code.co_filename):
                return _argument(frame, last) if isinstance(error, AssertionError) else None
        return None

    def _repeats(self, error: BaseException, words: str) -> bool:
        """Whether the words contain the text of an exception of the submission's."""
        earlier: BaseException | None = error
        for _ in range(16):
            if earlier is None:
                break
            earlier = earlier.__cause__ or earlier.__context__
            if earlier is not None and self._is_submissions(earlier):
                texts = [str(earlier), *map(str, earlier.args)]
                if any(len(text) >= _LEAST and text in words for text in texts):
                    return True
        return False

    def _of_its_own(self, error: BaseException) -> str:
        """Words about an error that came about by itself."""
        if isinstance(error, NameError) and error.name in self._asked_for():
            return f"{error.name} is not defined."
        if any(owner.__module__ == "_pytest.outcomes" for owner in type(error).__mro__):
            found = _NOT_RAISED.fullmatch(str(error))
            if found and found[1] in EXCEPTIONS:
                return f"No {found[1]} was raised where one is expected."
        if type(error) in (TypeError, AttributeError) and "'NoneType'" in str(error):
            return "There is None where a value is expected. Does your function return its result?"
        return ""


def _frames(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        yield trace.tb_frame, trace.tb_lasti
        trace = trace.tb_next


def _text(args: tuple[object, ...]) -> str:
    return args[0] if args and type(args[0]) is str else ""


def _argument(frame: FrameType, last: int) -> str | None:
    """The message that the author gave to a library's assertion."""
    span = list(frame.f_code.co_positions())[last // 2]
    try:
        tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename)))
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset) != span:
            continue
        for keyword in node.keywords:
            if keyword.arg in _WORDS:
                return _value(keyword.value, frame)
    return None


def _value(node: ast.expr, frame: FrameType) -> str | None:
    """The text of a constant or of a name, without running anything."""
    value: object = None
    match node:
        case ast.Constant():
            value = node.value
        case ast.Name(id=name):
            value = frame.f_locals.get(name)
    return value if type(value) is str else None
