"""pandas objects as columns of plain data, where pandas is installed and already in use."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any, Final

from autograder.sealed.wire import Plain, WireError

__all__ = ["decode", "encode"]

_MAX_COLUMNS: Final = 100_000


def _pandas() -> Any:
    """Pandas, if this process has imported it: no value of its types exists otherwise."""
    return sys.modules.get("pandas")


def encode(value: Any, encode_item: Callable[[Any], Plain]) -> Plain:
    """A DataFrame, Series, Index or Timestamp of the exact type; None for anything else."""
    pandas = _pandas()
    kind = type(value)
    if pandas is None or str(kind.__module__).partition(".")[0] != "pandas":
        return None
    if value is pandas.NaT or value is pandas.NA:
        return ("pd", "null", "NaT" if value is pandas.NaT else "NA")
    if kind is pandas.DataFrame:
        columns = [_column(value.iloc[:, i].array, encode_item) for i in range(value.shape[1])]
        index, names = encode(value.index, encode_item), encode(value.columns, encode_item)
        if index is None or names is None:
            return None
        return ("pd", "frame", index, names, columns)
    if kind is pandas.Series:
        index = encode(value.index, encode_item)
        if index is None:
            return None
        return ("pd", "series", index, encode_item(value.name), _column(value.array, encode_item))
    if kind is pandas.RangeIndex:
        return ("pd", "range", value.start, value.stop, value.step, encode_item(value.name))
    if kind is pandas.MultiIndex:
        levels = [encode(value.get_level_values(i), encode_item) for i in range(value.nlevels)]
        return ("pd", "multi", levels, encode_item(list(value.names)))
    if isinstance(value, pandas.Index):
        return ("pd", "index", _column(value.array, encode_item), encode_item(value.name))
    if kind is pandas.Timestamp and value.tz is None:
        return ("pd", "stamp", value.value, value.unit)
    if kind is pandas.Timedelta:
        return ("pd", "delta", value.value, value.unit)
    return None


def _column(array: Any, encode_item: Callable[[Any], Plain]) -> Plain:
    """One column as `(dtype, data)`: a numpy array, or a list with a dtype's name."""
    import numpy as np

    pandas = _pandas()
    dtype = array.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        categories = _column(dtype.categories.array, encode_item)
        return ("category", encode_item(np.asarray(array.codes)), categories, bool(dtype.ordered))
    if isinstance(dtype, np.dtype) or type(array) is pandas.arrays.NumpyExtensionArray:
        return ("numpy", encode_item(np.asarray(array)))
    return (str(dtype), [encode_item(None if pandas.isna(item) else item) for item in array])


_EXTENSIONS: Final = frozenset(
    {"string", "str", "boolean"}
    | {f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)}
    | {"Float32", "Float64"}
)


def decode(form: Plain, decode_item: Callable[[Plain], Any]) -> Any:
    """Rebuild a pandas object.

    Raises:
        WireError: the form is malformed, or this process has no pandas.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError:
        raise WireError("a pandas object arrived where pandas is not installed") from None
    try:
        return _decode(pandas, form, decode_item)
    except (TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise WireError(f"malformed table: {error}"[:300]) from None


def _decode(pandas: Any, form: Plain, decode_item: Callable[[Plain], Any]) -> Any:
    match form:
        case ("pd", "null", "NaT"):
            return pandas.NaT
        case ("pd", "null", "NA"):
            return pandas.NA
        case ("pd", "frame", index, names, list() as columns) if len(columns) <= _MAX_COLUMNS:
            rows = _index(pandas, index, decode_item)
            parts = [_values(pandas, column, decode_item) for column in columns]
            if any(len(part) != len(rows) for part in parts):
                raise WireError("malformed table: columns of different lengths")
            labels = _index(pandas, names, decode_item)
            if len(labels) != len(parts):
                raise WireError("malformed table: labels do not fit the columns")
            frame = pandas.DataFrame(dict(enumerate(parts)), index=rows)
            frame.columns = labels
            return frame
        case ("pd", "series", index, name, column):
            rows = _index(pandas, index, decode_item)
            values = _values(pandas, column, decode_item)
            if len(values) != len(rows):
                raise WireError("malformed table: an index that does not fit")
            return pandas.Series(values, index=rows, name=decode_item(name))
        case ("pd", "range" | "multi" | "index", *_):
            return _index(pandas, form, decode_item)
        case ("pd", "stamp", int() as value, ("s" | "ms" | "us" | "ns") as unit):
            return pandas.Timestamp(value, unit="ns").as_unit(unit)
        case ("pd", "delta", int() as value, ("s" | "ms" | "us" | "ns") as unit):
            return pandas.Timedelta(value, unit="ns").as_unit(unit)
    raise WireError("malformed table")


def _index(pandas: Any, form: Plain, decode_item: Callable[[Plain], Any]) -> Any:
    match form:
        case ("pd", "range", int() as start, int() as stop, int() as step, name):
            return pandas.RangeIndex(start, stop, step, name=decode_item(name))
        case ("pd", "multi", list() as levels, names):
            parts = [_index(pandas, level, decode_item) for level in levels[:64]]
            return pandas.MultiIndex.from_arrays(parts, names=decode_item(names))
        case ("pd", "index", column, name):
            return pandas.Index(_values(pandas, column, decode_item), name=decode_item(name))
    raise WireError("malformed table: no index")


def _values(pandas: Any, form: Plain, decode_item: Callable[[Plain], Any]) -> Any:
    import numpy as np

    match form:
        case ("numpy", data):
            values = decode_item(data)
            if type(values) is not np.ndarray or values.ndim != 1:
                raise WireError("malformed table: no column")
            return values
        case ("category", codes, categories, bool() as ordered):
            numbers = decode_item(codes)
            if type(numbers) is not np.ndarray or numbers.ndim != 1 or numbers.dtype.kind != "i":
                raise WireError("malformed table: no categories")
            labels = pandas.Index(_values(pandas, categories, decode_item))
            return pandas.Categorical.from_codes(numbers, labels, ordered=ordered)
        case (str() as dtype, list() as items) if dtype in _EXTENSIONS:
            return pandas.Series([decode_item(item) for item in items], dtype=dtype).array
    raise WireError("malformed table: unknown column")
