"""Exceptions of the submission, raised again in the judge without their code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.sealed.description import known_class
from autograder.sealed.values import EXCEPTIONS
from autograder.sealed.wire import Plain, WireError

__all__ = ["RemoteError", "rebuild"]

_ENDS_OF_ITERATION = (StopIteration, StopAsyncIteration)
"""Out of a call they would end a `map()` in the test early, and `all()` of nothing is true."""


class RemoteError(Exception):
    """An exception of a type that only the submission knows."""

    def __str__(self) -> str:
        return str(self.args[0])


def rebuild(fields: list[Plain], decode: Callable[[Plain], Any]) -> BaseException:
    """The exception that `serving.Server` described.

    A built-in type is kept. What would end this process or a loop of the test becomes a
    `RemoteError`.

    Raises:
        WireError: the description is malformed.
    """
    match fields:
        case [str() as name, args, str() as own, str() as text, list() as names]:
            pass
        case _:
            raise WireError("malformed error")
    if not name:
        return _foreign_error(own, text, names)
    values = decode(args)
    kind = EXCEPTIONS.get(name)
    if kind is None or type(values) is not list:
        raise WireError("malformed error")
    if not issubclass(kind, Exception) or issubclass(kind, _ENDS_OF_ITERATION):
        return RemoteError(f"{name}: {text}")
    try:
        error: BaseException = kind.__new__(kind, *values)
    except (TypeError, ValueError):  # a group of exceptions that stay in their process
        return RemoteError(f"{name}: {text}")
    error.args = tuple(values)
    return error


def _foreign_error(own: str, text: str, names: list[Plain]) -> BaseException:
    """An error that still is an instance of the nearest exception type known here."""
    for name in names:
        if type(name) is not str:
            raise WireError("malformed error")
        kind = EXCEPTIONS.get(name.removeprefix("builtins:")) or known_class(name)
        if kind is None or not issubclass(kind, Exception) or kind is Exception:
            continue
        if issubclass(kind, _ENDS_OF_ITERATION):
            break
        library = kind.__module__ != "builtins"
        made = type(
            kind.__name__ if library else "RemoteError",
            (RemoteError, kind),
            {"__module__": __name__},
        )
        error = _bare(made, text if library else f"{own}: {text}")
        if error is not None:
            return error
    return RemoteError(f"{own}: {text}")


def _bare(kind: type[BaseException], text: str) -> BaseException | None:
    """An exception whose own constructor is not run: it may want other arguments.

    None for types that cannot be without, such as `ExceptionGroup`.
    """
    for base in (BaseException, *kind.__mro__):
        if base.__module__ != "builtins" or not issubclass(base, BaseException):
            continue
        try:
            error = base.__new__(kind)
        except TypeError:  # the type keeps more than arguments, as `OSError` does
            continue
        error.args = (text,)
        return error
    return None
