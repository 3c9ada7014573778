"""Messages of plain data as pickles, for a reader that trusts the writer.

Only the student process reads them, from the judge, which runs no code of a submission and to which
it is at mercy anyway. Whatever comes from a student is read by `packing` and by nothing else: there
is no way from here to the judge or the supervisor.
"""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Generator
from typing import Any, Final

from autograder.sealed.packing import Plain, WireError, WireLimits

__all__ = ["pack", "parse"]

_MAGIC: Final = b"AGP1"
_HEADER: Final = struct.Struct("<4sQI")
_U64: Final = struct.Struct("<Q")


class _Pickler(pickle.Pickler):
    """Takes the exact types of plain data; anything else would arrive as something that runs."""

    def reducer_override(self, value: Any) -> Any:
        if type(value) is complex or value is complex:
            return NotImplemented
        raise WireError(f"a {type(value).__name__} is not plain data")


def pack(message: Plain, limits: WireLimits) -> list[bytes | memoryview]:
    """One frame in pieces, the large buffers as they lie in memory.

    Raises:
        WireError: `message` is not plain data or over the bounds.
    """
    buffers: list[pickle.PickleBuffer] = []
    out = io.BytesIO()
    try:
        _Pickler(out, 5, buffer_callback=buffers.append).dump(message)
    except (RecursionError, ValueError, OverflowError) as error:
        raise WireError(f"the message cannot be sent: {error}"[:300]) from None
    views = [buffer.raw() for buffer in buffers]
    sizes = b"".join(_U64.pack(len(view)) for view in views)
    body = out.getvalue()
    if len(body) > limits.body_bytes or sum(map(len, views)) > limits.buffer_bytes:
        raise WireError("the message is too large to send")
    return [_HEADER.pack(_MAGIC, len(body), len(views)) + sizes + body, *views]


def parse(limits: WireLimits) -> Generator[bytearray, None, Plain]:
    """Read one frame: yields each block of memory that must be filled before it goes on."""
    header = bytearray(_HEADER.size)
    yield header
    magic, size, count = _HEADER.unpack(header)
    if magic != _MAGIC or size > limits.body_bytes or count > limits.items:
        raise WireError("malformed message: not a frame")
    rest = bytearray(count * _U64.size + size)
    yield rest
    buffers = [bytearray(number) for (number,) in _U64.iter_unpack(rest[: count * _U64.size])]
    yield from buffers
    return pickle.loads(memoryview(rest)[count * _U64.size :], buffers=buffers)  # noqa: S301 - the judge wrote it
