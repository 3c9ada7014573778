"""Values that cross between the processes as data, rebuilt as the exact plain type.

`Codec` turns a value into plain data for the wire and back. What is no data (functions, objects
with behaviour, tensors in an autograd graph) is left to the `Codec`'s subclass in each process.
"""

from __future__ import annotations

import builtins
import datetime as dt
import decimal
import fractions
import re
import struct
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from enum import Enum
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np
import torch

from autograder.sealed import arrays, frames
from autograder.sealed.wire import Plain, WireError

__all__ = ["EXCEPTIONS", "TYPES", "CannotCross", "Codec", "is_exact"]


class CannotCross(Exception):  # noqa: N818 - named for what happened
    """A value that cannot go to the other process. The message says which and what to do."""


_DEPTH: Final = 24
_SCALARS: Final = frozenset({type(None), bool, int, float, str, bytes, complex})
_PLAIN: Final = frozenset({bool, int, float, str, bytes, complex})

EXCEPTIONS: Final[dict[str, type[BaseException]]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException) and kind.__name__ == name
}
"""Built-in exception types by name: the only exceptions that keep their type."""

_TYPE_LIST: Final[tuple[type, ...]] = (
    bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset,
    range, slice, type(None), type(...), object,
    OrderedDict, Counter, defaultdict, deque,
    fractions.Fraction, decimal.Decimal, uuid.UUID, PurePosixPath,
    dt.date, dt.datetime, dt.time, dt.timedelta, dt.timezone,
    np.ndarray, np.dtype, *dict.fromkeys(np.sctypeDict.values()),
    torch.Tensor, torch.nn.Parameter, torch.Size, torch.dtype, torch.device,
    *EXCEPTIONS.values(),
)  # fmt: skip

TYPES: Final[dict[str, type]] = {
    f"{kind.__module__}.{kind.__qualname__}": kind for kind in _TYPE_LIST
}
"""Types that cross by name, and no others: making one runs nobody's code."""

_TYPE_NAMES: Final = {kind: name for name, kind in TYPES.items()}
_VIEWS: Final = {type({}.keys()): "keys", type({}.values()): "values", type({}.items()): "items"}
_NUMPY_SCALARS: Final = frozenset(np.sctypeDict.values())
_PLACE_IN_STATE: Final = struct.Struct("<8xi4xQ")
_WORDS_OF_STATE: Final = 624
"""Where a generator of torch's is in its Mersenne Twister: numbers left, and the next one."""
_DECIMAL: Final = re.compile(r"[+-]?(\d*\.?\d*(E[+-]?\d+)?|Infinity|s?NaN\d*)", re.ASCII)


def is_exact(value: object) -> bool:
    """Whether `value` is of a plain scalar type, and not of a subclass of one."""
    return type(value) in _SCALARS


def _pairs(value: dict[Any, Any]) -> list[Any]:
    return [item for pair in dict.items(value) for item in pair]


class Codec:
    """Encodes values for the wire and rebuilds them.

    Subclasses say what happens to references, which are all that is no data.
    """

    def encode_reference(self, value: object) -> Plain:
        """Plain data for something that is no data."""
        raise CannotCross(f"a {type(value).__name__} is no plain data")

    def encode_tensor(self, tensor: torch.Tensor) -> Plain:
        """Plain data for a tensor that requires a gradient or is a parameter."""
        return arrays.encode_tensor(tensor)

    def decode_reference(self, form: tuple[Plain, ...]) -> Any:
        """What a form with an unknown tag stands for."""
        raise WireError(f"malformed value: unknown tag {form[0]!r:.40}")

    def encode(self, value: object, depth: int = 0) -> Plain:
        """Plain data that stands for `value`.

        Raises:
            CannotCross: there is none.
        """
        kind = type(value)
        if kind in _SCALARS:
            return value
        if depth > _DEPTH:
            raise CannotCross("a value is nested too deeply, or contains itself")
        if kind is torch.Tensor or kind is torch.nn.Parameter:
            return self._tensor(value)  # type: ignore[arg-type]  # just checked
        if kind is list:
            return [self.encode(item, depth + 1) for item in value]  # type: ignore[attr-defined]  # just checked
        if kind is tuple:
            return ("t", [self.encode(item, depth + 1) for item in value])  # type: ignore[attr-defined]  # just checked
        if kind is dict:
            return ("d", [self.encode(item, depth + 1) for item in _pairs(value)])  # type: ignore[arg-type]  # just checked
        encoder = _ENCODERS.get(kind)
        if encoder is not None:
            return encoder(self, value, depth)
        return self._other(value, kind, depth)

    def _tensor(self, value: torch.Tensor) -> Plain:
        if value.requires_grad or type(value) is torch.nn.Parameter:
            return self.encode_tensor(value)
        form = arrays.encode_tensor(value)
        return self.encode_reference(value) if form is None else form

    def _other(self, value: Any, kind: type, depth: int) -> Plain:
        """Subclasses of data, the rarer kinds of data, and references."""
        if kind in _NUMPY_SCALARS or isinstance(value, np.generic):
            form = arrays.encode_scalar(value)
            return self.encode_reference(value) if form is None else form
        if isinstance(value, type):
            name = _TYPE_NAMES.get(value)
            return self.encode_reference(value) if name is None else ("type", name)
        if kind in _VIEWS:
            return ("view", _VIEWS[kind], self.encode(list(value), depth + 1))
        if EXCEPTIONS.get(kind.__name__) is kind:
            return ("ex", kind.__name__, self.encode(list(value.args), depth + 1))
        if isinstance(value, np.dtype):
            form = arrays.encode_dtype(value)
            return self.encode_reference(value) if form is None else ("npd", form)
        if isinstance(value, torch.Tensor):
            return self._tensor(value.as_subclass(torch.Tensor))
        if isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray):
            return self.encode(np.asarray(value), depth)
        if not isinstance(value, Enum):
            for base in _PLAIN:
                if isinstance(value, base):
                    return _base_value(value, base)
        framed = frames.encode(value, lambda item: self.encode(item, depth + 1))
        return self.encode_reference(value) if framed is None else framed

    def decode(self, form: Plain, depth: int = 0) -> Any:
        """Rebuild the value that a form stands for.

        Raises:
            WireError: it stands for none.
        """
        kind = type(form)
        if kind in _SCALARS:
            return form
        if depth > 2 * _DEPTH:
            raise WireError("malformed value: nested too deeply")
        if kind is list:
            return [self.decode(item, depth + 1) for item in form]
        if kind is not tuple or not form or type(form[0]) is not str:
            raise WireError("malformed value")
        decoder = _DECODERS.get(form[0])
        if decoder is None:
            return self.decode_reference(form)
        try:
            return decoder(self, form, depth)
        except WireError:
            raise
        except (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError) as error:
            raise WireError(f"malformed value: {form[0]}: {error}"[:300]) from None

    def items(self, form: Plain, depth: int) -> list[Any]:
        """Rebuild a list of forms."""
        if type(form) is not list:
            raise WireError("malformed value: no list")
        return [self.decode(item, depth + 1) for item in form]

    def mapping(self, form: Plain, depth: int) -> dict[Any, Any]:
        """Rebuild the pairs of a dictionary."""
        items = self.items(form, depth)
        if len(items) % 2:
            raise WireError("malformed value: a key without its item")
        return dict(zip(items[::2], items[1::2], strict=True))


def _base_value(value: Any, base: type) -> Plain:
    """The plain value inside a subclass of a plain type, without asking the subclass."""
    if base is complex:
        return complex(complex.real.__get__(value), complex.imag.__get__(value))
    convert: dict[type, Callable[[Any], Plain]] = {
        int: int.__index__,
        float: float.__float__,
        str: lambda it: "".join(str.__iter__(it)),
        bytes: lambda it: bytes(bytes.__getitem__(it, slice(None))),
    }
    return convert[base](value)


_Encoder = Callable[[Codec, Any, int], Plain]
_Decoder = Callable[[Codec, Any, int], Any]


def _encode_array(codec: Codec, value: Any, depth: int) -> Plain:
    if value.dtype.hasobject:
        if value.dtype != np.dtype(object):
            return codec.encode_reference(value)
        items = [codec.encode(item, depth + 1) for item in value.ravel().tolist()]
        return ("ndo", list(value.shape), items)
    form = arrays.encode_array(value)
    return codec.encode_reference(value) if form is None else form


def _encode_defaultdict(codec: Codec, value: Any, depth: int) -> Plain:
    factory = value.default_factory
    known = None if factory is None else _TYPE_NAMES.get(factory, "")
    if known == "":
        return codec.encode_reference(value)
    return ("ddict", known, [codec.encode(item, depth + 1) for item in _pairs(value)])


def _encode_generator(_codec: Codec, value: Any, _depth: int) -> Plain:
    return ("gen", bytearray(value.get_state().numpy().tobytes()))


def _list_of(tag: str) -> _Encoder:
    return lambda codec, value, depth: (tag, [codec.encode(item, depth + 1) for item in value])


def _pairs_of(tag: str) -> _Encoder:
    return lambda codec, value, depth: (
        tag,
        [codec.encode(item, depth + 1) for item in _pairs(value)],
    )


def _text_of(tag: str, text: Callable[[Any], Plain]) -> _Encoder:
    return lambda _codec, value, _depth: (tag, text(value))


_ENCODERS: Final[dict[type, _Encoder]] = {
    set: _list_of("s"),
    frozenset: _list_of("fs"),
    deque: lambda codec, value, depth: (
        "dq", [codec.encode(item, depth + 1) for item in value], value.maxlen),
    bytearray: lambda _codec, value, _depth: ("ba", bytes(value)),
    range: lambda _codec, value, _depth: ("r", value.start, value.stop, value.step),
    slice: lambda codec, value, depth: (
        "sl", [codec.encode(part, depth + 1) for part in (value.start, value.stop, value.step)]),
    type(...): lambda _codec, _value, _depth: ("E",),
    type(NotImplemented): lambda _codec, _value, _depth: ("NI",),
    OrderedDict: _pairs_of("od"),
    Counter: _pairs_of("ctr"),
    defaultdict: _encode_defaultdict,
    fractions.Fraction: lambda _codec, value, _depth: ("fr", value.numerator, value.denominator),
    decimal.Decimal: _text_of("dec", str),
    uuid.UUID: _text_of("uuid", lambda value: value.bytes),
    PurePosixPath: _text_of("path", str),
    dt.datetime: lambda codec, value, _depth: (
        codec.encode_reference(value)
        if value.tzinfo is not None and type(value.tzinfo) is not dt.timezone
        else ("dtm", value.isoformat(), value.fold)),
    dt.date: _text_of("date", lambda value: value.isoformat()),
    dt.time: lambda codec, value, _depth: (
        codec.encode_reference(value) if value.tzinfo is not None else ("time", value.isoformat())),
    dt.timedelta: lambda _codec, value, _depth: (
        "td", value.days, value.seconds, value.microseconds),
    dt.timezone: lambda codec, value, depth: (
        "tz", codec.encode(value.utcoffset(None), depth + 1)),
    np.ndarray: _encode_array,
    np.ma.MaskedArray: lambda codec, value, depth: (
        "nm",
        codec.encode(np.asarray(value.data), depth + 1),
        codec.encode(np.ma.getmaskarray(value), depth + 1)),
    torch.dtype: _text_of("thd", lambda value: arrays.DTYPE_NAMES[value]),
    torch.device: _text_of("dev", str),
    torch.layout: _text_of("lay", str),
    torch.Size: _text_of("sz", list),
    torch.Generator: _encode_generator,
}  # fmt: skip


def _exact(value: Any, *kinds: type) -> Any:
    if type(value) not in kinds:
        raise WireError("malformed value: of the wrong type")
    return value


def _decode_view(codec: Codec, form: Any, depth: int) -> Any:
    items = codec.items(form[2], depth)
    match form[1]:
        case "keys":
            return dict.fromkeys(items).keys()
        case "values":
            return dict(enumerate(items)).values()
        case "items":
            if any(type(item) is not tuple or len(item) != 2 for item in items):
                raise WireError("malformed value: no pairs")
            return dict(items).items()
    raise WireError("malformed value: unknown view")


def _decode_decimal(_codec: Codec, form: Any, _depth: int) -> decimal.Decimal:
    text = _exact(form[1], str)
    if len(text) > 10_000 or not _DECIMAL.fullmatch(text):
        raise WireError("malformed value: no decimal number")
    return decimal.Decimal(text)


def _decode_exception(codec: Codec, form: Any, depth: int) -> BaseException:
    args = codec.items(form[2], depth)
    kind = EXCEPTIONS[_exact(form[1], str)]
    error = kind.__new__(kind, *args)
    error.args = tuple(args)
    return error


def _decode_type(_codec: Codec, form: Any, _depth: int) -> type:
    kind = TYPES.get(_exact(form[1], str))
    if kind is None:
        raise WireError("malformed value: unknown type")
    return kind


def _decode_device(_codec: Codec, form: Any, _depth: int) -> torch.device:
    if form[1] not in ("cpu", "meta"):
        raise WireError("malformed value: unknown device")
    return torch.device(form[1])


def _decode_generator(_codec: Codec, form: Any, _depth: int) -> torch.Generator:
    state = _exact(form[1], bytearray)
    generator = torch.Generator()
    generator.set_state(torch.frombuffer(state, dtype=torch.uint8))
    # With more numbers left than there are, torch would read the memory behind them.
    left, following = _PLACE_IN_STATE.unpack_from(state)
    if (left, following) != (1, 0) and left + following != _WORDS_OF_STATE + 1:
        raise WireError("malformed value: no state of a generator")
    return generator


def _decode_masked(codec: Codec, form: Any, depth: int) -> Any:
    data, mask = codec.decode(form[1], depth + 1), codec.decode(form[2], depth + 1)
    if type(data) is not np.ndarray or type(mask) is not np.ndarray or mask.dtype != bool:
        raise WireError("malformed value: no masked array")
    return np.ma.MaskedArray(data, mask)


def _decode_object_array(codec: Codec, form: Any, depth: int) -> Any:
    items = codec.items(form[2], depth)
    shape = arrays.checked_shape(form[1], len(items), 1)
    result = np.empty(len(items), dtype=object)
    for index, item in enumerate(items):
        result[index] = item
    return result.reshape(shape)


def _decode_defaultdict(codec: Codec, form: Any, depth: int) -> Any:
    factory = None if form[1] is None else _decode_type(codec, form, depth)
    return defaultdict(factory, codec.mapping(form[2], depth))


def _decode_deque(codec: Codec, form: Any, depth: int) -> Any:
    return deque(codec.items(form[1], depth), _exact(form[2], int, type(None)))


def _decode_size(_codec: Codec, form: Any, _depth: int) -> torch.Size:
    sizes = _exact(form[1], list)
    if any(type(size) is not int or not 0 <= size < 1 << 62 for size in sizes):
        raise WireError("malformed value: no size")
    return torch.Size(sizes)


def _decode_complex_parts(form: Any) -> tuple[int, int, int]:
    for part in form[1:4]:
        _exact(part, int)
    return form[1], form[2], form[3]


_DECODERS: Final[dict[str, _Decoder]] = {
    "t": lambda codec, form, depth: tuple(codec.items(form[1], depth)),
    "d": lambda codec, form, depth: codec.mapping(form[1], depth),
    "s": lambda codec, form, depth: set(codec.items(form[1], depth)),
    "fs": lambda codec, form, depth: frozenset(codec.items(form[1], depth)),
    "od": lambda codec, form, depth: OrderedDict(codec.mapping(form[1], depth)),
    "ctr": lambda codec, form, depth: Counter(codec.mapping(form[1], depth)),
    "ddict": _decode_defaultdict,
    "dq": _decode_deque,
    "ba": lambda _codec, form, _depth: bytearray(_exact(form[1], bytes)),
    "r": lambda _codec, form, _depth: range(*_decode_complex_parts(form)),
    "sl": lambda codec, form, depth: slice(*codec.items(form[1], depth)),
    "E": lambda _codec, _form, _depth: ...,
    "NI": lambda _codec, _form, _depth: NotImplemented,
    "fr": lambda _codec, form, _depth: fractions.Fraction(
        _exact(form[1], int), _exact(form[2], int)),
    "dec": _decode_decimal,
    "uuid": lambda _codec, form, _depth: uuid.UUID(bytes=_exact(form[1], bytes)),
    "path": lambda _codec, form, _depth: PurePosixPath(_exact(form[1], str)),
    "dtm": lambda _codec, form, _depth: dt.datetime.fromisoformat(
        _exact(form[1], str)).replace(fold=_exact(form[2], int)),
    "date": lambda _codec, form, _depth: dt.date.fromisoformat(_exact(form[1], str)),
    "time": lambda _codec, form, _depth: dt.time.fromisoformat(_exact(form[1], str)),
    "td": lambda _codec, form, _depth: dt.timedelta(*_decode_complex_parts(form)),
    "tz": lambda codec, form, depth: dt.timezone(codec.decode(form[1], depth + 1)),
    "view": _decode_view,
    "ex": _decode_exception,
    "type": _decode_type,
    "nd": lambda _codec, form, _depth: arrays.decode_array(form),
    "ndo": _decode_object_array,
    "nm": _decode_masked,
    "ns": lambda _codec, form, _depth: arrays.decode_scalar(form),
    "npd": lambda _codec, form, _depth: arrays.decode_dtype(form[1]),
    "T": lambda _codec, form, _depth: arrays.decode_tensor(form),
    "TS": lambda _codec, form, _depth: arrays.decode_sparse(form),
    "thd": lambda _codec, form, _depth: arrays.DTYPES[_exact(form[1], str)],
    "dev": _decode_device,
    "lay": lambda _codec, form, _depth: {
        "torch.strided": torch.strided,
        "torch.sparse_coo": torch.sparse_coo,
        "torch.sparse_csr": torch.sparse_csr}[form[1]],
    "sz": _decode_size,
    "gen": _decode_generator,
    "pd": lambda codec, form, depth: frames.decode(
        form, lambda item: codec.decode(item, depth + 1)),
}  # fmt: skip
