"""Arrays and tensors as raw buffers, with their dtype, shape and layout checked on arrival."""

from __future__ import annotations

import itertools
import math
import re
from pickle import PickleBuffer
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from autograder.sealed.wire import Plain, WireError

__all__ = [
    "DTYPES",
    "DTYPE_NAMES",
    "checked_shape",
    "decode_array",
    "decode_dtype",
    "decode_scalar",
    "decode_sparse",
    "decode_tensor",
    "encode_array",
    "encode_dtype",
    "encode_scalar",
    "encode_tensor",
]

_MAX_BYTES: Final = 1 << 31
_MAX_DIMENSIONS: Final = 64
_MAX_FIELDS: Final = 1000
_GAPS: Final = 4
_SIMPLE_DTYPE: Final = re.compile(
    r"[<>|](?:[?biufcSUV][0-9]{1,6}|[mM]8(?:\[[0-9]{0,6}[A-Za-zμ]{1,2}\])?)", re.ASCII
)

DTYPES: Final[dict[str, torch.dtype]] = {
    str(value).removeprefix("torch."): value
    for value in vars(torch).values()
    if isinstance(value, torch.dtype) and not str(value).startswith("torch.q")
}
"""The dtypes of tensors by name. Quantized tensors do not cross as data."""

_COPIED: Final = 1 << 15
_KNOWN_TO_NUMPY: Final = frozenset(
    {
        *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
        *(torch.float16, torch.float32, torch.float64, torch.complex64, torch.complex128),
    }
)

DTYPE_NAMES: Final = {dtype: name for name, dtype in DTYPES.items()}


def checked_shape(shape: Plain, items: int | None, itemsize: int) -> tuple[int, ...]:
    """A shape that was received, if it has `items` items (any number if None) and fits."""
    if type(shape) is not list or len(shape) > _MAX_DIMENSIONS:
        raise WireError("malformed array: no shape")
    product = 1
    for size in shape:
        if type(size) is not int or not 0 <= size < 1 << 62:
            raise WireError("malformed array: no shape")
        # Sizes beside a zero are bounded too, since libraries multiply them.
        product *= size or 1
    if product * max(itemsize, 1) > _MAX_BYTES:
        raise WireError("an array is larger than allowed")
    if items is not None and (0 if 0 in shape else product) != items:
        raise WireError("malformed array: its shape does not fit its data")
    return tuple(shape)


def _buffer(value: Plain) -> bytearray:
    if type(value) is not bytearray:
        raise WireError("malformed array: no data")
    return value


def encode_dtype(dtype: np.dtype[Any]) -> Plain:
    """A numpy dtype as text, or a list of fields; None for one that does not cross."""
    if dtype.hasobject:
        return None
    if dtype.fields is None:
        if dtype.subdtype is not None or not _SIMPLE_DTYPE.fullmatch(dtype.str):
            return None
        return dtype.str
    fields: list[Plain] = []
    for name in dtype.names or ():
        field, offset = dtype.fields[name][:2]
        base, shape = field.subdtype or (field, ())
        form = encode_dtype(base)
        if form is None:
            return None
        fields.append((name, form, list(shape), offset))
    return [fields, dtype.itemsize]


def decode_dtype(form: Plain, depth: int = 0) -> np.dtype[Any]:
    """The numpy dtype that `encode_dtype` described."""
    if type(form) is str:
        if not _SIMPLE_DTYPE.fullmatch(form):
            raise WireError("malformed dtype")
        return np.dtype(form)
    if type(form) is not list or len(form) != 2 or depth > 4:
        raise WireError("malformed dtype")
    fields, itemsize = form
    if type(fields) is not list or len(fields) > _MAX_FIELDS or type(itemsize) is not int:
        raise WireError("malformed dtype")
    names, formats, offsets = [], [], []
    for field in fields:
        if type(field) is not tuple or len(field) != 4 or type(field[0]) is not str:
            raise WireError("malformed dtype")
        base = decode_dtype(field[1], depth + 1)
        shape = checked_shape(field[2], None, base.itemsize)
        names.append(field[0])
        formats.append(np.dtype((base, shape)) if shape else base)
        if type(field[3]) is not int or not 0 <= field[3] <= itemsize:
            raise WireError("malformed dtype")
        offsets.append(field[3])
    try:
        return np.dtype(
            {"names": names, "formats": formats, "offsets": offsets, "itemsize": itemsize}
        )
    except (TypeError, ValueError, OverflowError):
        raise WireError("malformed dtype") from None


def encode_array(array: npt.NDArray[Any]) -> Plain:
    """An array without objects; None if its dtype does not cross."""
    form = encode_dtype(array.dtype)
    if form is None:
        return None
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    raw = np.ascontiguousarray(array.T if fortran else array)
    return ("nd", form, list(array.shape), _data(raw), fortran)


def _data(array: npt.NDArray[Any]) -> bytearray | PickleBuffer:
    """The memory of a contiguous array: a copy if it is small, and otherwise itself."""
    if array.nbytes < _COPIED or not array.flags.writeable:
        return bytearray(array.tobytes())
    return PickleBuffer(array.reshape(-1).view(np.uint8).data)


def decode_array(form: Plain) -> npt.NDArray[Any]:
    """Rebuild what `encode_array` described."""
    _, dtype_form, shape, data, fortran = form
    dtype = decode_dtype(dtype_form)
    data = _buffer(data)
    items = len(data) // dtype.itemsize if dtype.itemsize else None
    sizes = checked_shape(shape, items, dtype.itemsize)
    if items is not None and items * dtype.itemsize != len(data):
        raise WireError("malformed array: its data is cut short")
    if not data:
        return np.zeros(sizes, dtype)
    array: npt.NDArray[Any]
    if dtype == np.dtype(bool):
        array = np.frombuffer(data, np.uint8) != 0
    else:
        array = np.frombuffer(data, dtype).copy()
    if fortran is True:
        return array.reshape(sizes[::-1]).T
    return array.reshape(sizes)


def encode_scalar(scalar: np.generic) -> Plain:
    """A numpy scalar, of an exact type even if it is of a subclass; None if it cannot cross."""
    form = encode_dtype(scalar.dtype)
    return None if form is None else ("ns", form, np.asarray(scalar).tobytes())


def decode_scalar(form: Plain) -> Any:
    """Rebuild what `encode_scalar` described."""
    _, dtype_form, data = form
    dtype = decode_dtype(dtype_form)
    if type(data) is not bytes or len(data) != dtype.itemsize:
        raise WireError("malformed number")
    if not data:
        return np.zeros((), dtype)[()]
    if dtype == np.dtype(bool):
        return np.bool_(data != b"\0")
    return np.frombuffer(data, dtype)[0]


def encode_tensor(tensor: torch.Tensor) -> Plain:
    """A tensor's data; None if its kind does not cross (quantized, on another device ...)."""
    if tensor.dtype not in DTYPE_NAMES or tensor.device.type != "cpu" or tensor.is_nested:
        return None
    if tensor.requires_grad:
        tensor = tensor.detach()
    if tensor.layout is not torch.strided:
        return _encode_sparse(tensor)
    if tensor.is_conj() or tensor.is_neg():
        tensor = tensor.resolve_conj().resolve_neg()
    shape = list(tensor.shape)
    if tensor.is_contiguous():
        return ("T", DTYPE_NAMES[tensor.dtype], shape, _raw(tensor), None)
    layout = _with_layout(tensor)
    if layout is None:
        return ("T", DTYPE_NAMES[tensor.dtype], shape, _raw(tensor.contiguous()), None)
    return ("T", DTYPE_NAMES[tensor.dtype], shape, _raw(layout), list(tensor.stride()))


def _raw(tensor: torch.Tensor) -> bytearray | PickleBuffer:
    if tensor.dtype not in _KNOWN_TO_NUMPY:
        # Not reshape: a single item may have any stride, and keeps it.
        tensor = tensor.as_strided((tensor.numel(),), (1,)).view(torch.uint8)
    return _data(tensor.numpy())


def _with_layout(tensor: torch.Tensor) -> torch.Tensor | None:
    """The memory under a non-contiguous tensor: its own items, and zeros in the gaps."""
    for dimension, stride in enumerate(tensor.stride()):
        if stride == 0:
            tensor = tensor.narrow(dimension, 0, min(1, tensor.shape[dimension]))
    if tensor.numel() == 0:
        return None
    span = _span(tensor.shape, tensor.stride())
    if span > _GAPS * tensor.numel() + 64:
        return None
    memory = torch.zeros(span, dtype=tensor.dtype)
    try:
        memory.as_strided(tensor.shape, tensor.stride()).copy_(tensor)
    except RuntimeError:  # items that share memory, as those of unfold()
        return None
    return memory


def _span(shape: tuple[int, ...], strides: tuple[int, ...]) -> int:
    """Items of memory from a tensor's first item to its last."""
    return 1 + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))


def decode_tensor(form: Plain) -> torch.Tensor:
    """Rebuild what `encode_tensor` described, in memory of its own."""
    _, name, shape, data, strides = form
    dtype = DTYPES.get(name) if type(name) is str else None
    if dtype is None:
        raise WireError("malformed tensor: unknown dtype")
    data = _buffer(data)
    items, rest = divmod(len(data), dtype.itemsize)
    if rest:
        raise WireError("malformed tensor: its data is cut short")
    sizes = checked_shape(shape, items if strides is None else None, dtype.itemsize)
    if not items:
        if math.prod(sizes):
            raise WireError("malformed tensor: its shape does not fit its data")
        return torch.empty(sizes, dtype=dtype)
    memory: torch.Tensor
    if dtype is torch.bool:
        memory = torch.frombuffer(data, dtype=torch.uint8) != 0
    else:
        # A clone lies aligned in memory: results must not depend on where a message was read.
        memory = torch.frombuffer(data, dtype=dtype).clone()
    if strides is None:
        return memory.view(sizes)
    return memory.as_strided(sizes, _checked_strides(strides, sizes, items))


def _checked_strides(strides: Plain, shape: tuple[int, ...], items: int) -> tuple[int, ...]:
    if type(strides) is not list or len(strides) != len(shape):
        raise WireError("malformed tensor: no strides")
    if any(type(stride) is not int or not 0 <= stride < 1 << 62 for stride in strides):
        raise WireError("malformed tensor: no strides")
    if 0 in shape or _span(shape, tuple(strides)) != items:
        raise WireError("malformed tensor: its strides do not fit its data")
    return tuple(strides)


def _encode_sparse(tensor: torch.Tensor) -> Plain:
    if tensor.layout is torch.sparse_coo:
        parts = [tensor._indices(), tensor._values()]  # noqa: SLF001 - as they are, uncoalesced
        forms = [encode_tensor(part) for part in parts]
        return ("TS", "coo", forms, list(tensor.shape), tensor.is_coalesced())
    if tensor.layout is torch.sparse_csr:
        parts = [tensor.crow_indices(), tensor.col_indices(), tensor.values()]
        return ("TS", "csr", [encode_tensor(part) for part in parts], list(tensor.shape), False)
    return None


def decode_sparse(form: Plain) -> torch.Tensor:
    """Rebuild a sparse tensor; its indices are checked."""
    _, kind, forms, shape, coalesced = form
    if type(forms) is not list or type(coalesced) is not bool:
        raise WireError("malformed sparse tensor")
    for part in forms:
        if type(part) is not tuple or len(part) != 5 or part[0] != "T":
            raise WireError("malformed sparse tensor")
    parts = [decode_tensor(part) for part in forms]
    size = checked_shape(shape, None, parts[-1].dtype.itemsize if parts else 1)
    try:
        match kind, parts:
            case "coo", [indices, values]:
                return torch.sparse_coo_tensor(
                    indices,
                    values,
                    size,
                    is_coalesced=_is_coalesced(indices) if coalesced else None,
                    check_invariants=True,
                )
            case "csr", [rows, columns, values]:
                return torch.sparse_csr_tensor(rows, columns, values, size, check_invariants=True)
    except (RuntimeError, TypeError, ValueError) as error:
        raise WireError(f"malformed sparse tensor: {error}"[:200]) from None
    raise WireError("malformed sparse tensor")


def _is_coalesced(indices: torch.Tensor) -> bool:
    """Whether the indices really are sorted and without doubles."""
    columns = indices.t().tolist()
    return all(before < after for before, after in itertools.pairwise(columns))
