"""Operators of remote objects: which are asked for, which are done here, which are refused.

See `remote` for the rules.
"""

from __future__ import annotations

import dis
import operator
import sys
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Final, cast

from autograder.sealed.handles import Record, is_remote, labelled, record_of
from autograder.sealed.shortcuts import AHEAD
from autograder.sealed.values import EXCEPTIONS

__all__ = ["operator_method"]

_COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "__eq__": operator.eq,
    "__ne__": operator.ne,
    "__lt__": operator.lt,
    "__le__": operator.le,
    "__gt__": operator.gt,
    "__ge__": operator.ge,
}
_RAISE: Final = dis.opmap["RAISE_VARARGS"]
_MUTATING: Final = frozenset({"__setitem__", "__delitem__", "__call__", "__enter__", "__exit__"})


def operator_method(name: str) -> Callable[..., Any]:
    """The method of a remote object's class for one special name."""
    if name in _COMPARISONS:
        return _comparison(name)
    if name in _SPECIAL:
        return _SPECIAL[name]
    if name == "__exit__":
        return _exit
    if name in ("__setitem__", "__delitem__", "__enter__", "__getitem__"):
        return _forwarded(name)
    if name in _UNARY:
        return _unary(name)
    return _arithmetic(name)


def _forwarded(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any) -> Any:
        record = record_of(self)
        if record.plain_content and name not in _MUTATING:
            return getattr(record.base(), name)(*args)
        return record.ask("dunder", name, [record.encode(arg) for arg in args])

    return method


def _exit(
    self: Any, _kind: object, error: BaseException | None, trace: TracebackType | None
) -> bool:
    """Leave a context manager of the submission. It may swallow what the test raised on purpose,
    and never a failed assertion or an error that came about by itself.
    """
    record = record_of(self)
    args = [record.encode(arg) for arg in _shown_error(error)]
    answer = record.ask("dunder", "__exit__", args)
    swallows = is_remote(answer) or bool(answer)
    return swallows and error is not None and _on_purpose(error, trace)


def _on_purpose(error: BaseException, trace: TracebackType | None) -> bool:
    """Whether a `raise` statement of the test's own code raised it."""
    if trace is None or isinstance(error, AssertionError):
        return False
    own = trace.tb_frame.f_globals
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code.co_code
    return trace.tb_frame.f_globals is own and code[trace.tb_lasti] == _RAISE


def _shown_error(error: BaseException | None) -> tuple[Any, ...]:
    """What a context manager of the submission may see of an exception in a test."""
    if error is None:
        return (None, None, None)
    kind = EXCEPTIONS.get(type(error).__name__, Exception)
    shown = kind() if kind is AssertionError else kind(str(error))
    return (kind, shown, None)


def _comparison(name: str) -> Callable[[Any, Any], Any]:
    compare = _COMPARISONS[name]

    def method(self: Any, other: Any) -> Any:
        record = record_of(self)
        if not is_remote(other):
            if record.description.base:
                return compare(record.base(), other)
            if name in ("__eq__", "__ne__") or record.genuine:
                return _own_verdict(record, name, other) if record.genuine else NotImplemented
            return record.refuse("the order of")
        if record.plain_content and record_of(other).plain_content:
            return compare(record.base(), record_of(other).base())
        return _own_verdict(record, name, other)

    return method


def _own_verdict(record: Record, name: str, other: Any) -> Any:
    if name in ("__eq__", "__ne__") and not is_remote(other):
        return NotImplemented
    answer = record.ask("dunder", name, [record.encode(other)])
    if answer is not NotImplemented and type(answer) is not bool:
        record.refuse(f"a comparison that gives a {type(answer).__name__} for")
    return answer


def _arithmetic(name: str) -> Callable[..., Any]:
    def method(self: Any, other: Any = None, *rest: Any) -> Any:
        record = record_of(self)
        if not is_remote(other) and not record.genuine:
            if record.description.base:
                local = getattr(record.base(), name, None)
                return NotImplemented if local is None else local(other)
            record.refuse("arithmetic with")
        forms = [record.encode(item) for item in (other, *rest)]
        result = record.ask("dunder", name, forms)
        if is_remote(result) and record.genuine:
            record_of(result).genuine = True
        return result

    return method


_UNARY: Final[dict[str, tuple[type, ...]]] = {
    "__neg__": (),
    "__pos__": (),
    "__abs__": (),
    "__invert__": (),
    "__round__": (),
    "__trunc__": (int,),
    "__int__": (int,),
    "__index__": (int,),
    "__float__": (float,),
    "__complex__": (complex,),
}


def _unary(name: str) -> Callable[..., Any]:
    kinds = _UNARY[name]

    def method(self: Any, *args: Any) -> Any:
        record = record_of(self)
        result = record.ask("dunder", name, [record.encode(arg) for arg in args])
        if kinds and type(result) not in kinds:
            raise TypeError(f"{name} returned a {type(result).__name__}")
        if is_remote(result) and record.genuine:
            record_of(result).genuine = True
        return result

    return method


def _call(self: Any, *args: Any, **kwargs: Any) -> Any:
    record = record_of(self)
    record.check_call([*args, *kwargs.values()])
    forms = [record.encode(arg) for arg in args]
    named = {name: record.encode(value) for name, value in kwargs.items()}
    result = record.ask("call", forms, named)
    made = record.genuine and record.description.kind == "class"
    return labelled(result, f"{record.label}(...)", genuine=made)


def _length(self: Any) -> int:
    record = record_of(self)
    if record.plain_content:
        return len(record.base())
    length = record.ask("dunder", "__len__", [])
    if type(length) is not int or not 0 <= length <= sys.maxsize:
        raise TypeError("__len__ returned no length")
    return length


def _truth(self: Any) -> bool:
    record = record_of(self)
    if record.plain_content:
        return bool(record.base())
    truth = record.ask("dunder", "__bool__", [])
    if type(truth) is not bool:
        raise TypeError(f"__bool__ returned a {type(truth).__name__}")
    return truth


def _contains(self: Any, item: Any) -> bool:
    record = record_of(self)
    if record.plain_content:
        return item in record.base()
    if not record.genuine and not is_remote(item):
        record.refuse("what is in")
    answer = record.ask("dunder", "__contains__", [record.encode(item)])
    if type(answer) is not bool:
        raise TypeError(f"__contains__ returned a {type(answer).__name__}")
    return answer


def _iterate(self: Any) -> Iterator[Any]:
    record = record_of(self)
    if record.plain_content:
        return cast("Iterator[Any]", iter(record.base()))
    if "__next__" in record.description.dunders:
        return cast("Iterator[Any]", self)
    return cast("Iterator[Any]", iter(record.ask("iter")))


def _next(self: Any) -> Any:
    record = record_of(self)
    if not record.ahead and not record.ended:
        match record.ask("next"):
            case [list() as items, bool() as ended] if len(items) <= AHEAD and (items or ended):
                record.ahead, record.ended = items[::-1], ended
            case _:
                reason = "the process of the submission sent nonsense: no step of an iteration"
                raise record.bridge.link.fail(reason)
    if record.ahead:
        return record.ahead.pop()
    # An iterator may go on after its end; whoever asks again is told again.
    record.ended = False
    raise StopIteration


def _hash(self: Any) -> int:
    record = record_of(self)
    if record.plain_content:
        return hash(record.base())
    number = record.ask("dunder", "__hash__", [])
    if type(number) is not int:
        raise TypeError("__hash__ returned no integer")
    return hash(number)


def _reversed(self: Any) -> Iterator[Any]:
    record = record_of(self)
    if record.plain_content:
        return cast("Iterator[Any]", reversed(record.base()))
    return cast("Iterator[Any]", iter(record.ask("dunder", "__reversed__", [])))


_SPECIAL: Final[dict[str, Callable[..., Any]]] = {
    "__call__": _call,
    "__len__": _length,
    "__bool__": _truth,
    "__contains__": _contains,
    "__iter__": _iterate,
    "__next__": _next,
    "__hash__": _hash,
    "__reversed__": _reversed,
}
