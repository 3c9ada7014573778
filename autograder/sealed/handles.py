"""Handles to objects of the submission, and what every remote object can do."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np

from autograder.sealed.description import DUNDERS, Description
from autograder.sealed.link import Lease
from autograder.sealed.shortcuts import METHODS, MODULE
from autograder.sealed.values import CannotCross
from autograder.sealed.wire import Plain

if TYPE_CHECKING:
    from autograder.sealed.bridge import Bridge

__all__ = ["Record", "Remote", "handle", "is_remote", "labelled", "record_of"]

_CHANGING: Final = frozenset(
    {
        *("__init__", "add", "append", "clear", "difference_update", "discard", "extend", "insert"),
        *("intersection_update", "pop", "popitem", "remove", "reverse", "setdefault", "sort"),
        *("symmetric_difference_update", "update"),
    }
)
"""Methods of containers that change them."""
_HIDDEN: Final = frozenset(
    {
        *("__await__", "__cuda_array_interface__", "__dlpack__", "__fspath__", "__get__"),
        *("__index__", "__isabstractmethod__", "__length_hint__", "__mro_entries__"),
        *("__set__", "__set_name__", "__torch_function__", "__wrapped__"),
    }
)
_HIDDEN_PREFIXES: Final = ("__array", "_ipython", "_repr_")
_OF_EVERY_OBJECT: Final = frozenset({"__init__", "__new__", "__init_subclass__"})
_OF_CLASSES: Final = DUNDERS | _OF_EVERY_OBJECT | {"__repr__", "__str__", "__format__", "__del__"}
"""Special methods that the stand-in has of its own, and that a test which names them means to be
the submission's: `inspect.getsource(A.__init__)`, `A.__repr__(a)`.
"""


class Record:
    """What this side knows of one remote object."""

    __slots__ = (
        "ahead",
        "bridge",
        "description",
        "ended",
        "genuine",
        "label",
        "lease",
        "method",
        "owner",
    )

    def __init__(self, bridge: Bridge, lease: Lease, description: Description) -> None:
        self.bridge = bridge
        self.lease = lease
        self.description = description
        self.genuine = False
        self.ahead: list[Any] = []
        self.ended = False
        self.method = ""
        self.owner: Record | None = None
        self.label = f"an object of class {description.type_name}"

    def ask(self, operation: str, *payload: Plain) -> Any:
        """Ask the student process about the object."""
        return self.bridge.ask(operation, self.lease.key, *payload)

    def encode(self, value: object) -> Plain:
        """The form of a value that is passed to the object."""
        return self.bridge.pass_value(value, self.label)

    def base(self) -> Any:
        """The plain content of an instance of a container subclass."""
        content = self.ask("base")
        if type(content) not in (dict, list, tuple, set, frozenset, bytearray):
            reason = "the process of the submission sent nonsense: no container"
            raise self.bridge.link.fail(reason)
        return content

    @property
    def plain_content(self) -> bool:
        """Whether operators work on the content here."""
        return self.description.base and not self.genuine

    def check_call(self, values: Iterable[object]) -> None:
        """Refuse to ask a method about values of the test, unless the reference solution is asked.

        Where the reference gives data, such a method would be the submission's own verdict.
        """
        if self.owner is not None and self.description.kind != "class":
            self.owner.check_method(self.method, values)

    def check_method(self, name: str, values: Iterable[object]) -> None:
        """The same for a method of this object."""
        if self.genuine or all(map(is_remote, values)) or self.bridge.asks(name):
            return
        self.refuse(f"what .{name}() says of")

    def refuse(self, what: str) -> NoReturn:
        """Say that `what` of the object would be the submission's own verdict."""
        raise self.bridge.refuse(
            f"{what} {self.label} is up to the submission's class {self.description.type_name} "
            f"itself. Where plain data was asked for, return plain data (a number, a list, an "
            f"array, a tensor ...). A test that needs this must be in an open cell."
        )


class Remote:
    """An object that lives in the student process."""

    __slots__ = ("__weakref__", "_record")

    def __init__(self, record: Record) -> None:
        object.__setattr__(self, "_record", record)

    def __getattribute__(self, name: str) -> Any:
        if name in _OF_CLASSES:
            record = record_of(self)
            if name in _OF_EVERY_OBJECT or record.description.kind == "class":
                return labelled(record.ask("attr", name), f"{record.label}.{name}")
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        record = record_of(self)
        if name in _HIDDEN or name.startswith(_HIDDEN_PREFIXES):
            raise AttributeError(name)
        if name in METHODS and MODULE in record.description.libraries:
            return functools.partial(_call_method, record, name)
        value = labelled(record.ask("attr", name), f"{record.label}.{name}")
        if is_remote(value) and record.description.kind == "object" and not record.genuine:
            if record.description.base and name not in _CHANGING:
                content = record.base()
                if hasattr(content, name):
                    return getattr(content, name)
            method = record_of(value)
            method.method, method.owner = name, record
        return value

    def __setattr__(self, name: str, value: object) -> None:
        record_of(self).ask("setattr", name, record_of(self).encode(value))

    def __delattr__(self, name: str) -> None:
        record_of(self).ask("delattr", name)

    def __dir__(self) -> list[str]:
        names: list[str] = record_of(self).ask("dir")
        return names

    def __repr__(self) -> str:
        return self._text("repr", "")

    def __str__(self) -> str:
        return self._text("str", "")

    def __format__(self, spec: str) -> str:
        return self._text("format", spec)

    def _text(self, how: str, spec: str) -> str:
        text = record_of(self).ask("text", how, spec)
        if type(text) is not str:
            reason = "the process of the submission sent nonsense: no text"
            raise record_of(self).bridge.link.fail(reason)
        return text

    def __mro_entries__(self, _bases: object) -> tuple[type, ...]:
        raise record_of(self).bridge.refuse(
            "a class of the submission cannot be subclassed from a test. Mark the cell as open."
        )

    def __copy__(self) -> Any:
        return record_of(self).ask("copy")

    def __deepcopy__(self, _memo: object) -> Any:
        return record_of(self).ask("deepcopy")

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise record_of(self).bridge.refuse(
            "an object of the submission cannot be pickled in a test"
        )

    def __array__(self, *_args: Any, **_kwargs: Any) -> Any:
        record = record_of(self)
        return np.asarray(record.base() if record.plain_content else record.refuse("an array of"))

    __array_ufunc__ = None


def _call_method(record: Record, name: str, /, *args: Any, **kwargs: Any) -> Any:
    record.check_method(name, [*args, *kwargs.values()])
    forms = [record.encode(arg) for arg in args]
    named = {key: record.encode(value) for key, value in kwargs.items()}
    return labelled(record.ask("method", name, forms, named), f"{record.label}.{name}(...)")


def is_remote(value: object) -> bool:
    """Whether `value` is an object of the submission."""
    return Remote in type(value).__mro__


def record_of(value: Any) -> Record:
    """What is known of a remote object."""
    record: Record = object.__getattribute__(value, "_record")
    return record


def handle(value: object, bridge: Bridge) -> Plain:
    """The wire form of a remote object that goes home."""
    record = record_of(value)
    if record.bridge is not bridge:
        raise CannotCross("an object lived in a student process that was stopped")
    if record.ahead or record.ended:
        raise CannotCross("an iterator that the test has begun cannot be passed on")
    return ("h", record.lease.key)


def labelled(value: Any, label: str, *, genuine: bool = False) -> Any:
    """Name a remote object for messages (data stays as it is).

    Args:
        value: what the submission gave.
        label: as a reader of the test knows it.
        genuine: the notebook asks for this class or instance, so its operators may be asked.
    """
    if is_remote(value):
        record = record_of(value)
        record.label = label
        record.genuine = record.genuine or genuine
    return value
