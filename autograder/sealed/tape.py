"""What a submission answered while a test ran, in a form that can be compared with other runs.

Answers are kept as they came over the wire, which costs next to nothing, and measured only when
the test has failed. An array becomes its kind, its shape and a few sums with fixed weights: equal
arrays have equal ones, up to rounding, and different arrays do not.
"""

from __future__ import annotations

import hashlib
import math
from functools import cache
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
import torch

from autograder.sealed import arrays
from autograder.sealed.link import Answer
from autograder.sealed.model import Measured, Reply
from autograder.sealed.wire import Plain, WireError

__all__ = ["Tape"]

_MOST_REPLIES: Final = 2_000
_MOST_BYTES: Final = 8 << 20
"""Answers that take more than this together are measured at once, and let go."""

_MOST_NUMBERS: Final = 8 << 20
_LEAST_NUMBERS: Final = 256
"""A small array costs the time of so many numbers."""

_MOST_ARRAYS: Final = 100
_SAMPLE: Final = 1 << 16
_ROUNDING: Final = {"float32": 1e-4, "complex64": 1e-4, "float16": 5e-3, "bfloat16": 4e-2}
_DOUBLE: Final = 1e-7
_EXACT: Final = 1e-9
_TELLING: Final = 100
_BITS: Final = 4
"""So many truth values or whole numbers tell as much as one fraction."""

_MALFORMED: Final = (
    *(WireError, ArithmeticError, LookupError, AttributeError, TypeError, ValueError, RuntimeError),
)
_Numbers = npt.NDArray[np.float64]


@final
class Tape:
    """Hears the answers to one run of a test."""

    def __init__(self) -> None:
        self._held: list[Answer] = []
        self._bytes = 0
        self._replies: list[Reply] = []
        self._numbers = 0
        self._full = False

    def hear(self, answer: Answer) -> None:
        """Keep an answer, before anybody has looked whether it is well-formed."""
        if self._full:
            return
        self._held.append(answer)
        self._bytes += _size(answer.payload) + _size(answer.extras)
        if self._bytes > _MOST_BYTES or len(self._held) > _MOST_REPLIES:
            self._measure()

    def replies(self) -> tuple[Reply, ...]:
        """What was heard, as measured; nothing if it was too much, or no answer at all."""
        self._measure()
        return () if self._full else tuple(self._replies)

    def _measure(self) -> None:
        held, self._held, self._bytes = self._held, [], 0
        for answer in held:
            if len(self._replies) >= _MOST_REPLIES or self._numbers > _MOST_NUMBERS:
                self._full = True
            if self._full:
                return
            try:
                reading = _Reading()
                reading.take_answer(answer)
                reply = reading.reply()
            except _MALFORMED:
                # The judge refuses what is malformed; what cannot be measured is no evidence.
                self._full = True
                return
            self._numbers += reading.numbers
            if reply is not None:
                self._replies.append(reply)


def _size(form: Plain) -> int:
    """Bytes of the buffers in a form."""
    kind = type(form)
    if kind is bytearray or kind is bytes or kind is str:
        return len(form)
    if kind is list or kind is tuple:
        return 8 * len(form) + sum(map(_size, form))
    return sum(map(_size, form.values())) if kind is dict else 8


@final
class _Reading:
    """One answer, taken apart."""

    def __init__(self) -> None:
        self.numbers = 0
        self._shape: list[str] = []
        self._arrays: list[Measured] = []
        self._scalars: list[float] = []
        self._error = False

    def take_answer(self, answer: Answer) -> None:
        """Take an answer, and the changes of parameters that came with it."""
        if answer.ok:
            self._take(answer.payload)
        else:
            # An error's text may hold an address or a name of the student's own.
            self._error = True
            self._shape += ["error", *(part for part in answer.payload[2:3] if type(part) is str)]
        extras = answer.extras or {}
        for change in extras.get("sync", ()):
            self._take(("change", *change[1:3]))

    def reply(self) -> Reply | None:
        """What is compared; None for an answer without a number."""
        if self._scalars:
            self._measure(np.asarray(self._scalars, np.float64), "float64")
        if not self._arrays and not self._error:
            return None
        shape = hashlib.blake2b("\0".join(self._shape).encode("utf-8", "replace"), digest_size=8)
        return Reply(shape.hexdigest(), tuple(self._arrays))

    def _take(self, form: Plain) -> None:
        kind = type(form)
        if kind is float:
            self._scalars.append(form)
            self._shape.append("float")
        elif kind is complex:
            self._scalars += [form.real, form.imag]
            self._shape.append("complex")
        elif kind is list:
            self._shape.append(f"[{len(form)}")
            for item in form:
                self._take(item)
        elif kind is tuple:
            self._take_tagged(form)
        elif kind is int:
            self._shape.append(f"{form:x}")
        else:
            self._shape.append(repr(form))

    def _take_tagged(self, form: tuple[Plain, ...]) -> None:
        match form:
            case ("T", *_):
                self._measure_tensor(arrays.decode_tensor(form))
            case ("nd", *_):
                self._measure_array(arrays.decode_array(form))
            case ("ns", *_):
                self._measure_array(np.asarray(arrays.decode_scalar(form)))
            case ("B", _, data, *_):
                self._take(("graph", data))
            case ("M", _, data, grad, *_):
                self._take(("leaf", data, grad))
            case ("h" | "m" | "j" as tag, *_):
                # Keys are given out as they come, and descriptions are the student's own words.
                self._shape.append(tag)
            case (str() as tag, *parts):
                self._shape.append(f"({tag}")
                for part in parts:
                    self._take(part)

    def _measure_tensor(self, tensor: torch.Tensor) -> None:
        name = str(tensor.dtype).removeprefix("torch.")
        self._shape.append(f"{name}{list(tensor.shape)}")
        if tensor.is_complex():
            tensor = torch.view_as_real(tensor)
        self._measure(tensor.to(torch.float64).numpy().reshape(-1), name)

    def _measure_array(self, array: npt.NDArray[Any]) -> None:
        name = array.dtype.name
        self._shape.append(f"np.{name}{list(array.shape)}")
        if array.dtype.kind not in "biufc":
            self._shape.append(hashlib.blake2b(array.tobytes(), digest_size=8).hexdigest())
            return
        flat = array.reshape(-1)
        if array.dtype.kind == "c":
            flat = np.concatenate([flat.real, flat.imag])
        self._measure(flat.astype(np.float64), name)

    def _measure(self, values: _Numbers, dtype: str) -> None:
        if len(self._arrays) >= _MOST_ARRAYS:
            raise ValueError("too many arrays in one answer")
        self.numbers += max(len(values), _LEAST_NUMBERS)
        if len(values) > _SAMPLE:
            values = values[:: -(-len(values) // _SAMPLE)]
        finite = np.isfinite(values)
        if not finite.all():
            marks = np.where(np.isnan(values), 1, np.where(finite, 0, np.sign(values) + 3))
            digest = hashlib.blake2b(marks.astype(np.uint8).tobytes(), digest_size=8)
            self._shape.append(digest.hexdigest())
            values = np.where(finite, values, 0.0)
        self._arrays.append(_measured(values, dtype))


def _measured(values: _Numbers, dtype: str) -> Measured:
    largest = float(np.abs(values).max(initial=0.0))
    if largest > 1e150:
        raise ValueError("numbers whose squares are infinite")
    size = float(np.sqrt(values @ values))
    first, second = (float(weights @ values) for weights in _weights()[:, : len(values)])
    fractional = dtype.startswith(("float", "bfloat", "complex"))
    rounding = _ROUNDING.get(dtype, _DOUBLE) if fractional else _EXACT
    return Measured(rounding * size, size, first, second, _telling(values, fractional=fractional))


def _telling(values: _Numbers, *, fractional: bool) -> int:
    """How many numbers there are that nobody gets by accident."""
    if fractional:
        odd = values[(4 * values) % 1 != 0]
        return min(_TELLING, len({f"{value:.5g}" for value in odd[: 4 * _TELLING].tolist()}))
    varied = len(values) > 0 and bool((values != values[0]).any())
    return min(_TELLING, math.floor(len(values) / _BITS)) if varied else 0


@cache
def _weights() -> _Numbers:
    """Two rows of numbers between -1 and 1, by SplitMix64 (Steele, Lea and Flood, 2014)."""
    x = np.arange(1, 2 * _SAMPLE + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return ((x >> np.uint64(11)).astype(np.float64) / (1 << 52) - 1.0).reshape(2, _SAMPLE)
