"""What the student process tells about an object that stays there, and how the judge reads it."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, final

from autograder.sealed.values import TYPES
from autograder.sealed.wire import Plain, WireError

__all__ = [
    "BASES",
    "DUNDERS",
    "Description",
    "describe",
    "known_class",
    "nearest_class",
    "read_description",
    "read_signature",
    "signature_form",
]

_COMPARISONS: Final = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
_ARITHMETIC: Final = tuple(
    f"__{prefix}{name}__"
    for name in (
        *("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow"),
        *("lshift", "rshift", "and", "or", "xor"),
    )
    for prefix in ("", "r", "i")
)
_UNARY: Final = tuple(
    f"__{name}__"
    for name in (
        *("neg", "pos", "abs", "invert", "round"),
        *("int", "float", "complex", "index", "trunc"),
    )
)
_OTHERS: Final = tuple(
    f"__{name}__"
    for name in (
        *("call", "len", "getitem", "setitem", "delitem", "contains", "iter", "next"),
        *("reversed", "enter", "exit", "bool", "hash"),
    )
)

DUNDERS: Final = frozenset({*_COMPARISONS, *_ARITHMETIC, *_UNARY, *_OTHERS})
"""Special methods that a remote object may have."""

BASES: Final[tuple[type, ...]] = (dict, list, tuple, set, frozenset, bytearray)
"""Containers whose subclasses carry their plain content along."""

_KINDS: Final[dict[str, type]] = {
    "function": types.FunctionType,
    "builtin": types.BuiltinFunctionType,
    "method": types.MethodType,
    "class": type,
    "module": types.ModuleType,
    "generator": types.GeneratorType,
    "coroutine": types.CoroutineType,
    "code": types.CodeType,
}
_KIND_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_MAX_TEXT: Final = 10_000
_MAX_CLASSES: Final = 64


@final
@dataclass(frozen=True, slots=True)
class Description:
    """What the judge knows of a remote object. All of it is the student process's word.

    Args:
        kind: "function", "class", "module" ... or "object".
        type_name: `type(x).__name__`.
        module: `type(x).__module__`.
        dunders: the special methods it has.
        libraries: names of library classes it is an instance of, nearest first.
        base: whether it is a subclass of a plain container.
    """

    kind: str
    type_name: str
    module: str
    dunders: frozenset[str]
    libraries: tuple[str, ...]
    base: bool


def describe(value: object, *, main: str = "__main__") -> Plain:
    """Describe an object of this process as plain data."""
    kind = type(value)
    mro = type.__dict__["__mro__"].__get__(kind)
    kind_name = "class" if isinstance(value, type) else _KIND_NAMES.get(kind, "object")
    found: set[str] = set()
    for owner in mro:
        if owner is not object:
            found.update(name for name in DUNDERS.intersection(vars(owner)))
    if any("__getitem__" in vars(owner) for owner in mro) and not isinstance(value, type):
        found.add("__iter__")
    if vars(kind).get("__hash__", 0) is None:
        found.discard("__hash__")
    if isinstance(value, type):
        found &= {"__call__", "__iter__", "__len__", "__getitem__", "__contains__"}
        found.add("__call__")
    names = [
        f"{owner.__module__}:{owner.__qualname__}"
        for owner in mro
        if owner.__module__ not in (main, "builtins")
    ]
    names += [f"builtins:{owner.__qualname__}" for owner in mro if owner in BASES]
    return (
        kind_name,
        str(kind.__name__)[:_MAX_TEXT],
        str(kind.__module__)[:_MAX_TEXT],
        sorted(found),
        names[:_MAX_CLASSES],
        isinstance(value, BASES) and not isinstance(value, Enum),
    )


def read_description(form: Plain) -> Description:
    """Read what `describe` gave in the other process.

    Raises:
        WireError: it is malformed.
    """
    match form:
        case (str() as kind, str() as name, str() as module, list() as dunders, list() as names,
              bool() as base):  # fmt: skip
            pass
        case _:
            raise WireError("malformed description of an object")
    if len(names) > _MAX_CLASSES or len(dunders) > len(DUNDERS):
        raise WireError("malformed description of an object")
    if not all(type(dunder) is str for dunder in dunders) or not DUNDERS.issuperset(dunders):
        raise WireError("malformed description of an object")
    if not all(type(item) is str for item in names):
        raise WireError("malformed description of an object")
    libraries = tuple(names) if kind == "object" else (f"kind:{kind}",)
    return Description(kind, name, module, frozenset(dunders), libraries, base)


def nearest_class(names: tuple[str, ...]) -> type | None:
    """The first of these classes that this process knows and that a stand-in may pass for.

    None is a kind of tensor, generator or storage: torch would read the stand-in's memory as one.
    """
    for name in names:
        found = _KINDS.get(name[5:]) if name.startswith("kind:") else known_class(name)
        if found is not None and not _is_read_as_memory(found):
            return found
    return None


_DATA: Final = frozenset(TYPES.values()) - frozenset(BASES)
_HEAP_TYPE: Final = 1 << 9
_READ_AS_MEMORY: Final = ("torch", "_ctypes")
"""Their C code asks `isinstance` and then reads the object's memory as that of its own types."""


def known_class(name: str) -> type | None:
    """A class of a library that this process has loaded, by "module:Qualified.name".

    Classes of plain data are none: their instances cross as data, never as remote objects.
    """
    module_name, _, path = name.partition(":")
    if module_name == "__main__" or module_name.startswith("autograder."):
        return None
    found: Any = sys.modules.get(module_name)
    for part in path.split("."):
        if not isinstance(found, types.ModuleType | type):
            return None
        found = vars(found).get(part)
    if not isinstance(found, type) or found in _DATA or issubclass(found, type):
        return None
    return found


def _is_read_as_memory(kind: type) -> bool:
    return any(
        not owner.__flags__ & _HEAP_TYPE and owner.__module__.partition(".")[0] in _READ_AS_MEMORY
        for owner in kind.__mro__
    )


def signature_form(value: Callable[..., Any], encode: Callable[[object], Plain]) -> Plain:
    """A callable's signature as plain data; defaults that are no data become their text."""
    parameters = []
    signature = inspect.signature(value)
    for parameter in signature.parameters.values():
        has_default = parameter.default is not parameter.empty
        annotation = parameter.annotation
        parameters.append(
            (
                parameter.name,
                int(parameter.kind),
                has_default,
                encode(parameter.default) if has_default else None,
                annotation is not parameter.empty,
                encode(annotation) if annotation is not parameter.empty else None,
            )
        )
    given = signature.return_annotation is not signature.empty
    return (parameters, given, encode(signature.return_annotation) if given else None)


def read_signature(form: Plain, decode: Callable[[Plain], Any]) -> inspect.Signature:
    """Rebuild a signature.

    Raises:
        WireError: it is malformed.
    """
    match form:
        case (list() as forms, bool() as given, returned):
            pass
        case _:
            raise WireError("malformed signature")
    parameters: list[inspect.Parameter] = []
    for item in forms:
        match item:
            case (str() as name, int() as kind, bool() as has, default, bool() as noted, note):
                parameters.append(
                    inspect.Parameter(
                        name,
                        _parameter_kind(kind),
                        default=decode(default) if has else inspect.Parameter.empty,
                        annotation=decode(note) if noted else inspect.Parameter.empty,
                    )
                )
            case _:
                raise WireError("malformed signature")
    return _signature(parameters, decode(returned) if given else inspect.Signature.empty)


def _parameter_kind(kind: int) -> Any:
    kinds = list(type(inspect.Parameter.KEYWORD_ONLY))  # type: ignore[call-overload]  # an enumeration
    if not 0 <= kind < len(kinds):
        raise WireError("malformed signature")
    return kinds[kind]


def _signature(parameters: Sequence[inspect.Parameter], returned: Any) -> inspect.Signature:
    try:
        return inspect.Signature(parameters, return_annotation=returned)
    except (TypeError, ValueError):
        raise WireError("malformed signature") from None
