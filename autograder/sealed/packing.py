"""Plain data as frames of bytes, whose reader trusts nothing.

A frame is a fixed header, a body of tagged values and, after it, the large buffers as they lie in
memory. Nothing in a frame names code, and every size is checked before memory is taken for it.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Generator
from dataclasses import dataclass
from pickle import PickleBuffer
from typing import Any, TypeAlias, final

__all__ = ["Closed", "Plain", "WireError", "WireLimits", "decode", "encode", "pack", "parse"]

Plain: TypeAlias = Any
"""None, bool, int, float, complex, str, bytes, bytearray, and list, tuple, dict of these.

`bytearray`, `memoryview` and `PickleBuffer` are *buffers*: each arrives as a new, writable
`bytearray`.
"""

_MAGIC = b"AGW1"
_HEADER = struct.Struct("<4sIQ")
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")
_I64 = struct.Struct("<q")
_F64 = struct.Struct("<d")
_C128 = struct.Struct("<dd")
_TAGGED_U32 = struct.Struct("<cI")
_TAGGED_I64 = struct.Struct("<cq")
_TAGGED_F64 = struct.Struct("<cd")
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
_INLINE = 1 << 15
_PACK_FROM = 8


class WireError(Exception):
    """A frame that is malformed or over the bounds. Its channel cannot be used any more."""


class Closed(WireError):  # noqa: N818 - the end of a stream is an event more than an error
    """The other end is gone."""


@final
@dataclass(frozen=True, slots=True)
class WireLimits:
    """Bounds on one message, in both directions.

    Args:
        body_bytes: all values but the large buffers.
        buffer_bytes: the large buffers together.
        depth: containers inside one another.
        items: values in one message, counted with everything inside.
        int_bytes: size of one integer.
        text_keys: allow only `str` as dictionary keys. Their hashes are salted, so a dictionary
            cannot be made slow on purpose.
    """

    body_bytes: int = 256 << 20
    buffer_bytes: int = 1 << 30
    depth: int = 64
    items: int = 4_000_000
    int_bytes: int = 1 << 17
    text_keys: bool = False


class _Writer:
    """Collects one frame."""

    __slots__ = ("_items", "_limits", "_out", "_total", "buffers")

    def __init__(self, limits: WireLimits) -> None:
        self._limits = limits
        self._out: list[bytes | memoryview] = []
        self._items = 0
        self._total = 0
        self.buffers: list[memoryview] = []

    def frame(self, message: Plain) -> list[bytes | memoryview]:
        self._several((message,), 0)
        body = b"".join(self._out)
        if len(body) > self._limits.body_bytes or self._total > self._limits.buffer_bytes:
            raise WireError("the message is too large to send")
        return [_HEADER.pack(_MAGIC, len(body), self._total) + body, *self.buffers]

    def _several(self, values: Collection[Plain], depth: int) -> None:
        """Write values one after the other; what is most frequent comes first."""
        self._items += len(values)
        if self._items > self._limits.items:
            raise WireError("the message has too many items")
        add = self._out.append
        for value in values:
            kind = type(value)
            if kind is int and _LEAST <= value <= _MOST:
                add(_TAGGED_I64.pack(b"i", value))
            elif kind is str:
                text = value.encode("utf-8", "surrogatepass")
                add(_TAGGED_U32.pack(b"s", len(text)) + text)
            elif value is None:
                add(b"N")
            elif kind is list or kind is tuple:
                self._sequence(value, depth)
            elif kind is bool:
                add(b"T" if value else b"F")
            elif kind is float:
                add(_TAGGED_F64.pack(b"f", value))
            else:
                self._rarer(value, kind, depth)

    def _rarer(self, value: Plain, kind: type, depth: int) -> None:
        out = self._out
        if kind is bytearray or kind is memoryview:
            self._buffer(memoryview(value).cast("B"))
        elif kind is PickleBuffer:
            self._buffer(value.raw())
        elif kind is dict:
            if depth >= self._limits.depth:
                raise WireError("the message is nested too deeply")
            out.append(_TAGGED_U32.pack(b"d", len(value)))
            self._several([part for pair in value.items() for part in pair], depth + 1)
        elif kind is int:
            self._integer(value)
        elif kind is bytes:
            out.append(_TAGGED_U32.pack(b"b", len(value)))
            out.append(value)
        elif kind is complex:
            out.append(b"c" + _C128.pack(value.real, value.imag))
        else:
            raise WireError(f"a {kind.__name__} is not plain data")

    def _integer(self, value: int) -> None:
        size = value.bit_length() // 8 + 1
        if size > self._limits.int_bytes:
            raise WireError("an integer is too large to send")
        self._out.append(b"I" + _U32.pack(size) + value.to_bytes(size, "little", signed=True))

    def _sequence(self, value: list[Plain] | tuple[Plain, ...], depth: int) -> None:
        if depth >= self._limits.depth:
            raise WireError("the message is nested too deeply")
        count = len(value)
        if count >= _PACK_FROM and type(value) is list and set(map(type, value)) == {float}:
            self._items += count
            self._out.append(b"p" + _U32.pack(count) + struct.pack(f"<{count}d", *value))
            return
        self._out.append(_TAGGED_U32.pack(b"l" if type(value) is list else b"t", count))
        self._several(value, depth + 1)

    def _buffer(self, view: memoryview) -> None:
        size = len(view)
        if size < _INLINE:
            self._out.append(b"x" + _U32.pack(size))
            self._out.append(view)
            return
        self._total += size
        self._out.append(b"X" + _U64.pack(size))
        self.buffers.append(view)


class _Reader:
    """Reads the body of one frame; large buffers are made here and filled by the caller."""

    __slots__ = ("_at", "_body", "_end", "_items", "_limits", "_total", "buffers")

    def __init__(self, body: bytearray, limits: WireLimits) -> None:
        self._body = body
        self._end = len(body)
        self._at = 0
        self._limits = limits
        self._items = 0
        self._total = 0
        self.buffers: list[bytearray] = []

    def message(self, announced: int) -> Plain:
        try:
            (value,) = self._several(1, 0)
        except (UnicodeDecodeError, RecursionError, MemoryError, OverflowError) as error:
            raise WireError(f"malformed message: {type(error).__name__}") from None
        if self._at != self._end:
            raise WireError("malformed message: bytes after its end")
        if self._total != announced:
            raise WireError("malformed message: its buffers are not what was announced")
        return value

    def _take(self, size: int) -> int:
        """Move over `size` bytes and give where they start."""
        start = self._at
        if size > self._end - start:
            raise WireError("malformed message: cut short")
        self._at = start + size
        return start

    def _u32(self) -> int:
        size: int = _U32.unpack_from(self._body, self._take(4))[0]
        return size

    def _bytes(self, size: int) -> bytearray:
        start = self._take(size)
        return self._body[start : start + size]

    def _count(self, size: int, depth: int) -> int:
        """The length of a container of items of at least `size` bytes, before any is read."""
        if depth >= self._limits.depth:
            raise WireError("the message is nested too deeply")
        count = self._u32()
        if count * size > self._end - self._at:
            raise WireError("malformed message: a container longer than the message")
        return count

    def _several(self, count: int, depth: int) -> list[Plain]:
        """Read values one after the other; what is most frequent comes first."""
        self._items += count
        if self._items > self._limits.items:
            raise WireError("the message has too many items")
        body, end, at = self._body, self._end, self._at
        values: list[Plain] = []
        add = values.append
        try:
            for _ in range(count):
                tag = body[at]
                at += 1
                if tag == 0x69:  # i
                    add(_I64.unpack_from(body, at)[0])
                    at += 8
                elif tag == 0x73:  # s
                    start = at + 4
                    at = start + _U32.unpack_from(body, at)[0]
                    if at > end:
                        raise WireError("malformed message: cut short")
                    add(body[start:at].decode("utf-8", "surrogatepass"))
                elif tag == 0x4E:  # N
                    add(None)
                elif tag == 0x74:  # t
                    self._at = at
                    add(tuple(self._several(self._count(1, depth), depth + 1)))
                    at = self._at
                elif tag == 0x6C:  # l
                    self._at = at
                    add(self._several(self._count(1, depth), depth + 1))
                    at = self._at
                elif tag in (0x54, 0x46):  # T, F
                    add(tag == 0x54)
                elif tag == 0x66:  # f
                    add(_F64.unpack_from(body, at)[0])
                    at += 8
                else:
                    self._at = at
                    add(self._rarer(tag, depth))
                    at = self._at
        except (IndexError, struct.error):
            raise WireError("malformed message: cut short") from None
        self._at = at
        return values

    def _rarer(self, tag: int, depth: int) -> Plain:
        match tag:
            case 0x78:  # x
                return self._bytes(self._u32())
            case 0x64:  # d
                return self._dictionary(depth)
            case 0x62:  # b
                return bytes(self._bytes(self._u32()))
            case 0x58:  # X
                return self._large_buffer()
            case 0x70:  # p
                return self._floats(depth)
            case 0x49:  # I
                return self._integer()
            case 0x63:  # c
                return complex(*_C128.unpack_from(self._body, self._take(16)))
        raise WireError("malformed message: unknown tag")

    def _dictionary(self, depth: int) -> dict[Plain, Plain]:
        result: dict[Plain, Plain] = {}
        parts = iter(self._several(2 * self._count(2, depth), depth + 1))
        for key, value in zip(parts, parts, strict=True):
            if self._limits.text_keys and type(key) is not str:
                raise WireError("malformed message: a key that is not text")
            try:
                if key in result:
                    raise WireError("malformed message: the same key twice")
                result[key] = value
            except TypeError:
                raise WireError("malformed message: a key that cannot be one") from None
        return result

    def _floats(self, depth: int) -> list[float]:
        count = self._count(8, depth)
        self._items += count
        if self._items > self._limits.items:
            raise WireError("the message has too many items")
        return list(struct.unpack_from(f"<{count}d", self._body, self._take(8 * count)))

    def _integer(self) -> int:
        size = self._u32()
        if size > self._limits.int_bytes:
            raise WireError("the message has an integer that is too large")
        return int.from_bytes(self._bytes(size), "little", signed=True)

    def _large_buffer(self) -> bytearray:
        size: int = _U64.unpack_from(self._body, self._take(8))[0]
        self._total += size
        if size < _INLINE or self._total > self._limits.buffer_bytes:
            raise WireError("the message has a buffer of a size that is not allowed")
        try:
            buffer = bytearray(size)
        except MemoryError:
            raise WireError("not enough memory for the message") from None
        self.buffers.append(buffer)
        return buffer


def parse(limits: WireLimits) -> Generator[bytearray, None, Plain]:
    """Read one frame: yields each block of memory that must be filled before it goes on."""
    header = bytearray(_HEADER.size)
    yield header
    magic, size, announced = _HEADER.unpack(header)
    if magic != _MAGIC:
        raise WireError("malformed message: not a frame")
    if size > limits.body_bytes or announced > limits.buffer_bytes:
        raise WireError("the message is larger than allowed")
    try:
        body = bytearray(size)
    except MemoryError:
        raise WireError("not enough memory for the message") from None
    yield body
    reader = _Reader(body, limits)
    message = reader.message(announced)
    yield from reader.buffers
    return message


def pack(message: Plain, limits: WireLimits) -> list[bytes | memoryview]:
    """One frame in pieces, the large buffers as they lie in memory.

    Raises:
        WireError: `message` is not plain data or over the bounds.
    """
    return _Writer(limits).frame(message)


def encode(message: Plain, limits: WireLimits | None = None) -> bytes:
    """One frame as bytes.

    Raises:
        WireError: `message` is not plain data or over the bounds.
    """
    return b"".join(pack(message, limits or WireLimits()))


def decode(frame: bytes, limits: WireLimits | None = None) -> Plain:
    """The message of one whole frame.

    Raises:
        WireError: `frame` is anything else than one frame within the bounds.
    """
    parser = parse(limits or WireLimits())
    at = 0
    try:
        while True:
            block = next(parser)
            end = at + len(block)
            if end > len(frame):
                raise WireError("malformed message: cut short")
            block[:] = frame[at:end]
            at = end
    except StopIteration as stop:
        if at != len(frame):
            raise WireError("malformed message: bytes after its end") from None
        return stop.value
