"""Whether numbers agree, and where and by how much they do not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

__all__ = ["TOLERANCE", "close", "tolerance_of"]

TOLERANCE: Final[Mapping[torch.dtype, float]] = {
    torch.float64: 1e-8,
    torch.complex128: 1e-8,
    torch.float32: 2e-5,
    torch.complex64: 2e-5,
    torch.float16: 4e-3,
    torch.bfloat16: 3e-2,
}
"""Relative and absolute tolerance by dtype; everything else must agree exactly."""

_NUMBERS = (bool, int, float, complex, np.generic)


def tolerance_of(*dtypes: torch.dtype) -> float:
    """The tolerance for numbers that were computed in these dtypes: that of the coarsest."""
    return max((TOLERANCE.get(dtype, 0.0) for dtype in dtypes), default=0.0)


def close(
    actual: object,
    expected: object,
    what: str = "the result",
    *,
    tolerance: float | None = None,
    dtype: bool = True,
) -> None:
    """Fail unless `actual` has the type, shape, dtype and values of `expected`.

    Numbers agree if they differ by at most `tolerance * (1 + abs(expected))`. NaN agrees with NaN
    and an infinity with itself. The message tells where and by how much they differ, but no
    expected value.

    Args:
        actual: the student's: a tensor, an array, a number, or sequences and mappings of these.
        expected: the right one. A number agrees with a Python number, a numpy number and a tensor
            or an array without dimensions alike.
        what: begins the message, in the student's words.
        tolerance: instead of the one for the dtype (`TOLERANCE`).
        dtype: whether the dtypes of tensors and arrays must be the same.

    Raises:
        AssertionError: they disagree.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> checks.close(torch.tensor([1.0, 2.5]), torch.tensor([1.0, 2.0]), "the mean")
        Traceback (most recent call last):
        ...
        AssertionError: the mean: 1 of 2 numbers differs, at [1] of shape (2,): off by 0.5, \
allowed 6e-05
    """
    match expected:
        case str() | bytes() | None:
            if type(actual) is not type(expected) or actual != expected:
                raise AssertionError(f"{what}: {_kind(actual)} is not as expected.")
        case Mapping():
            _close_mappings(actual, expected, what, tolerance, dtype=dtype)
        case list() | tuple():
            _close_sequences(actual, expected, what, tolerance, dtype=dtype)
        case _:
            _close_numbers(actual, expected, what, tolerance, dtype=dtype)


def _close_mappings(
    actual: object,
    expected: Mapping[Any, Any],
    what: str,
    tolerance: float | None,
    *,
    dtype: bool,
) -> None:
    if not isinstance(actual, Mapping):
        raise AssertionError(f"{what}: expected a dictionary, got {_kind(actual)}.")
    if missing := [key for key in expected if key not in actual]:
        raise AssertionError(f"{what}: the key {missing[0]!r} is missing.")
    if extra := [key for key in actual if key not in expected]:
        raise AssertionError(f"{what}: the key {extra[0]!r} should not be there.")
    for key in expected:
        close(actual[key], expected[key], f"{what}[{key!r}]", tolerance=tolerance, dtype=dtype)


def _close_sequences(
    actual: object,
    expected: Sequence[Any],
    what: str,
    tolerance: float | None,
    *,
    dtype: bool,
) -> None:
    if not isinstance(actual, list | tuple):
        kind = type(expected).__name__
        raise AssertionError(f"{what}: expected a {kind}, got {_kind(actual)}.")
    if len(actual) != len(expected):
        raise AssertionError(f"{what}: {len(actual)} entries instead of {len(expected)}.")
    for index, (mine, other) in enumerate(zip(actual, expected, strict=True)):
        close(mine, other, f"{what}[{index}]", tolerance=tolerance, dtype=dtype)


def _close_numbers(
    actual: object, expected: object, what: str, tolerance: float | None, *, dtype: bool
) -> None:
    wanted, found = _tensor(expected), _tensor(actual)
    if wanted is None:
        raise TypeError(f"checks.close cannot compare with {_kind(expected)}")
    if found is None:
        raise AssertionError(f"{what}: expected {_kind(expected)}, got {_kind(actual)}.")
    scalar = isinstance(expected, _NUMBERS)
    if not scalar and isinstance(actual, Tensor) != isinstance(expected, Tensor):
        raise AssertionError(f"{what}: expected {_kind(expected)}, got {_kind(actual)}.")
    if found.shape != wanted.shape:
        raise AssertionError(
            f"{what}: the shape is {tuple(found.shape)}, it should be {tuple(wanted.shape)}."
        )
    if dtype and not scalar and found.dtype != wanted.dtype:
        raise AssertionError(f"{what}: the dtype is {found.dtype}, it should be {wanted.dtype}.")
    if scalar and isinstance(expected, bool | np.bool_) != (found.dtype == torch.bool):
        raise AssertionError(f"{what}: expected {_kind(expected)}, got {_kind(actual)}.")
    if tolerance is None:
        tolerance = tolerance_of(found.dtype, wanted.dtype)
    _compare(_wide(found), _wide(wanted), what, tolerance)


def _compare(actual: Tensor, expected: Tensor, what: str, tolerance: float) -> None:
    if actual.is_complex() != expected.is_complex():
        actual, expected = actual.to(torch.complex128), expected.to(torch.complex128)
    elif actual.dtype != expected.dtype:
        actual, expected = actual.double(), expected.double()
    same = (actual == expected) | (actual.isnan() & expected.isnan())
    magnitude = expected.abs().double() if expected.dtype != torch.bool else 0
    allowed = tolerance * (1 + magnitude) * torch.ones(same.shape, dtype=torch.float64)
    error = _error(actual, expected)
    # An infinity agrees with itself alone; the tolerance of an infinite number is infinite.
    bad = ~same & ~((error <= allowed) & expected.isfinite())
    if not bool(bad.any()):
        return
    place = bad.nonzero()[0].tolist()
    count, total = int(bad.sum()), bad.numel()
    differ = f"{count} of {total} numbers differ{'s' if count == 1 else ''}"
    where = f", at {place} of shape {tuple(bad.shape)}" if place else ""
    first = tuple(place)
    raise AssertionError(
        f"{what}: {differ if total > 1 else 'the number differs'}{where}: "
        f"{_size(actual[first], expected[first], error[first], allowed[first])}"
    )


def _error(actual: Tensor, expected: Tensor) -> Tensor:
    if actual.dtype == torch.bool:
        return (actual != expected).double()
    if actual.dtype == torch.int64:
        # The difference of two integers may not fit into one.
        return (actual.double() - expected.double()).abs().clamp(min=1.0)
    return (actual - expected).abs()


def _size(actual: Tensor, expected: Tensor, error: Tensor, allowed: Tensor) -> str:
    if actual.dtype == torch.bool:
        return "true and false are mixed up."
    if bool(actual.isnan()):
        return "it is NaN."
    if bool(expected.isnan()):
        return "it should be NaN."
    if bool(actual.isinf()):
        return "it is infinite."
    if bool(expected.isinf()):
        return "it should be infinite."
    if float(allowed) == 0:
        return f"off by {float(error):.2g}"
    return f"off by {float(error):.2g}, allowed {float(allowed):.2g}"


def _wide(tensor: Tensor) -> Tensor:
    tensor = tensor.detach()
    if tensor.is_complex():
        return tensor.to(torch.complex128)
    if tensor.dtype == torch.bool:
        return tensor
    if not tensor.is_floating_point():
        return tensor.to(torch.int64)
    return tensor.double()


def _tensor(value: object) -> Tensor | None:
    """A number, an array or a tensor as a tensor; None for anything else."""
    if isinstance(value, Tensor):
        return value.to_dense() if value.layout != torch.strided else value
    if isinstance(value, bool):
        return torch.tensor(value)
    if isinstance(value, int):
        if abs(value) < 1 << 63:
            return torch.tensor(value, dtype=torch.int64)
        return torch.tensor(float(value) if abs(value) < 1 << 1000 else math.inf).double()
    if isinstance(value, float | complex) and not isinstance(value, np.generic):
        kind = torch.complex128 if isinstance(value, complex) else torch.float64
        return torch.tensor(value, dtype=kind)
    if isinstance(value, np.ndarray | np.generic):
        array = np.ascontiguousarray(value) if np.ndim(value) else np.asarray(value)
        if array.dtype.kind not in "biufc":
            return None
        array = array.astype(array.dtype.newbyteorder("="), copy=True)
        try:
            return torch.from_numpy(array)
        except TypeError:
            wide = np.complex128 if array.dtype.kind == "c" else np.float64
            return torch.from_numpy(array.astype(wide))
    return None


def _kind(value: object) -> str:
    if isinstance(value, Tensor):
        return "a tensor"
    if isinstance(value, np.ndarray):
        return "an array"
    if value is None:
        return "nothing (None)"
    if isinstance(value, bool | np.bool_):
        return "True or False"
    if isinstance(value, int | float | complex | np.generic):
        return "a number"
    name = type(value).__name__
    return f"an object of type {name}" if isinstance(value, type) else f"a value of type {name}"
