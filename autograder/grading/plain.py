"""Data classes as bytes that any machine can read, and that are checked when they are read.

A verdict comes back from a machine that has run student code, so reading trusts nothing: no
pickle, every field of the declared type, every length known before memory is taken.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
import types
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

__all__ = ["PlainError", "decode", "digest", "encode"]

SCHEMA: Final = 1
_MAGIC: Final = b"AGP\n"
_LENGTH: Final = struct.Struct(">Q")
Item = TypeVar("Item")


class PlainError(ValueError):
    """These bytes are not what they should be; the text says where."""


def encode(value: Any) -> bytes:
    """A data class as bytes; equal values give equal bytes.

    The form: a magic number, the length of a JSON document, the document, and behind it the byte
    strings that the document refers to by position.

    Args:
        value: a data class of strings, numbers, enumerations, bytes, tuples, sets, mappings with
            string keys, JSON data and other such data classes.
    """
    blobs: list[bytes] = []
    body = _to_plain(value, blobs)
    document = {
        "schema": SCHEMA,
        "type": type(value).__name__,
        "blobs": [len(blob) for blob in blobs],
        "body": body,
    }
    # Escaped, because messages may hold lone surrogates, which UTF-8 cannot.
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    head = text.encode("ascii")
    return b"".join([_MAGIC, _LENGTH.pack(len(head)), head, *blobs])


def decode(kind: type[Item], data: bytes, *, limit: int) -> Item:
    """What `encode` made bytes of.

    Args:
        kind: the data class.
        data: the bytes.
        limit: refuse more bytes than this.

    Raises:
        PlainError: it is too large, damaged, of another version, or a field has another type.
    """
    if len(data) > limit:
        raise PlainError(f"{len(data):,} bytes are more than {limit:,}")
    start = len(_MAGIC) + _LENGTH.size
    if len(data) < start or not data.startswith(_MAGIC):
        raise PlainError("it does not begin as it should")
    end = start + _LENGTH.unpack_from(data, len(_MAGIC))[0]
    try:
        document = json.loads(data[start:end].decode("ascii"), parse_constant=_refuse_constant)
        body, lengths = document["body"], document["blobs"]
        named = document["schema"], document["type"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PlainError(f"its document cannot be read ({type(error).__name__})") from None
    if named != (SCHEMA, kind.__name__):
        raise PlainError(f"it holds {named!r}, not {(SCHEMA, kind.__name__)!r}")
    blobs = _split(memoryview(data)[end:], lengths)
    try:
        declared: Any = kind
        value: Item = _dataclass_reader(declared)(body, blobs, kind.__name__)
    except RecursionError:
        raise PlainError("it is nested too deeply") from None
    return value


def digest(value: Any) -> str:
    """SHA-256 of `encode(value)` as hexadecimal digits."""
    return hashlib.sha256(encode(value)).hexdigest()


def _refuse_constant(name: str) -> None:
    raise PlainError(f"{name} is no number")


def _split(rest: memoryview, lengths: Any) -> list[bytes]:
    if not isinstance(lengths, list) or not all(
        type(length) is int and length >= 0 for length in lengths
    ):
        raise PlainError("the lengths of its parts are none")
    if sum(lengths) != len(rest):
        raise PlainError("it is cut off, or too long")
    blobs = []
    for length in lengths:
        blobs.append(bytes(rest[:length]))
        rest = rest[length:]
    return blobs


def _to_plain(value: Any, blobs: list[bytes]) -> Any:
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            blobs.append(value)
            return len(blobs) - 1
        case Mapping():
            return {key: _to_plain(value[key], blobs) for key in sorted(value)}
        case tuple() | list():
            return [_to_plain(item, blobs) for item in value]
        case frozenset():
            return [_to_plain(item, blobs) for item in sorted(value)]
        case _ if dataclasses.is_dataclass(value):
            return {
                field.name: _to_plain(getattr(value, field.name), blobs)
                for field in dataclasses.fields(value)
            }
        case _:
            raise TypeError(f"{type(value).__name__} is not plain data")


_Reader = Callable[[Any, list[bytes], str], Any]


@cache
def _reader(kind: Any) -> _Reader:
    """What turns JSON into a value of a declared type."""
    if kind is Any:
        return lambda value, _blobs, _where: value
    if kind is bytes:
        return _read_bytes
    if kind is float:
        return _read_float
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_reader(kind)
    if kind in {str, int, bool, type(None)}:
        return _exact_reader(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_reader(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return _literal_reader(arguments)
    if origin in {Union, types.UnionType}:
        return _optional_reader(arguments)
    if origin is Mapping:
        return _mapping_reader(arguments[1])
    if origin is dict:
        return _mapping_reader(arguments[1])
    if origin is frozenset:
        items = _sequence_reader(arguments[0])
        return lambda value, blobs, where: frozenset(items(value, blobs, where))
    if origin is tuple and arguments[-1] is Ellipsis:
        return _sequence_reader(arguments[0])
    if origin is tuple:
        return _tuple_reader(arguments)
    raise TypeError(f"{kind!r} cannot be read from plain data")


def _read_bytes(value: Any, blobs: list[bytes], where: str) -> bytes:
    if type(value) is not int or not 0 <= value < len(blobs):
        raise PlainError(f"{where} names no part")
    return blobs[value]


def _read_float(value: Any, _blobs: list[bytes], where: str) -> float:
    if type(value) not in {int, float}:
        raise PlainError(f"{where} is no number")
    try:
        number = float(value)
    except OverflowError:
        raise PlainError(f"{where} is too large") from None
    if number in {float("inf"), float("-inf")}:
        raise PlainError(f"{where} is infinite")
    return number


def _exact_reader(kind: type) -> _Reader:
    def read(value: Any, _blobs: list[bytes], where: str) -> Any:
        if type(value) is not kind:
            raise PlainError(f"{where} is no {kind.__name__}")
        return value

    return read


def _enum_reader(kind: type[Enum]) -> _Reader:
    members = {member.value: member for member in kind}

    def read(value: Any, _blobs: list[bytes], where: str) -> Any:
        if not isinstance(value, str) or value not in members:
            raise PlainError(f"{where} is no {kind.__name__}")
        return members[value]

    return read


def _literal_reader(choices: tuple[Any, ...]) -> _Reader:
    def read(value: Any, _blobs: list[bytes], where: str) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise PlainError(f"{where} is none of {', '.join(map(str, choices))}")
        return value

    return read


def _optional_reader(arguments: tuple[Any, ...]) -> _Reader:
    others = [argument for argument in arguments if argument is not type(None)]
    if len(others) != 1 or len(arguments) != 2:
        raise TypeError("a union other than with None cannot be read from plain data")
    inner = _reader(others[0])
    return lambda value, blobs, where: None if value is None else inner(value, blobs, where)


def _mapping_reader(item: Any) -> _Reader:
    inner = _reader(item)

    def read(value: Any, blobs: list[bytes], where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise PlainError(f"{where} is no mapping")
        return {key: inner(entry, blobs, f"{where}[...]") for key, entry in value.items()}

    return read


def _sequence_reader(item: Any) -> _Reader:
    inner = _reader(item)

    def read(value: Any, blobs: list[bytes], where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise PlainError(f"{where} is no list")
        return tuple(inner(entry, blobs, f"{where}[...]") for entry in value)

    return read


def _tuple_reader(items: tuple[Any, ...]) -> _Reader:
    inner = [_reader(item) for item in items]

    def read(value: Any, blobs: list[bytes], where: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != len(inner):
            raise PlainError(f"{where} has not {len(inner)} items")
        return tuple(
            one(entry, blobs, f"{where}[...]") for one, entry in zip(inner, value, strict=True)
        )

    return read


@cache
def _dataclass_reader(kind: Any) -> _Reader:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}

    def read(value: Any, blobs: list[bytes], where: str) -> Any:
        if not isinstance(value, dict) or value.keys() != readers.keys():
            raise PlainError(f"{where} has other fields than {kind.__name__}")
        return kind(
            **{name: one(value[name], blobs, f"{where}.{name}") for name, one in readers.items()}
        )

    return read
