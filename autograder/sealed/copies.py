"""Library objects that the judge passes by copy.

The judge is trusted, so a copy may be a pickle: written by the judge, read by the student process,
never the other way. Tensors, functions and remote objects inside it go beside it as values.
"""

from __future__ import annotations

import io
import operator
import pickle
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any, Final

import torch

from autograder.sealed.handles import is_remote
from autograder.sealed.values import CannotCross
from autograder.sealed.wire import Plain, WireError

__all__ = ["FUNCTIONS", "CannotCopy", "copy_of", "library_name", "rebuilt"]

FUNCTIONS: Final = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)


class CannotCopy(Exception):  # noqa: N818 - named for what happened
    """An object that cannot be pickled, or that belongs to the test itself."""


def library_name(value: object) -> tuple[str, str] | None:
    """Where both processes find a library's function or class; None for anything else."""
    if not isinstance(value, (type, *FUNCTIONS)):
        return None
    module = getattr(value, "__module__", None)
    path = getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(path, str) or module == "__main__":
        return None
    if module.startswith("autograder."):
        return None
    found: Any = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, part, None)
    return (module, path) if found is value else None


def copy_of(value: object, encode: Callable[[object], Plain], shared: Mapping[type, str]) -> Plain:
    """The form of a copy.

    Args:
        value: an object of the test.
        encode: for what goes beside it.
        shared: classes of locked cells, which both processes define, and their names.

    Raises:
        CannotCopy: there is none.
    """
    buffer = io.BytesIO()
    pickler = _Pickler(buffer, encode, shared)
    try:
        pickler.dump(value)
    except (CannotCopy, CannotCross, WireError):
        raise CannotCopy from None
    except Exception as error:  # noqa: BLE001 - goes on in the submission's code
        raise CannotCopy(str(error)) from None
    return ("pk", buffer.getvalue(), pickler.forms)


def rebuilt(data: bytes, values: list[Any]) -> Any:
    """The copy, in the student process.

    Args:
        data: what the judge pickled.
        values: what went beside it.
    """
    return _Unpickler(data, values).load()


class _Pickler(pickle.Pickler):
    """Copies a library object; tensors and this notebook's functions go beside it as values."""

    def __init__(
        self,
        buffer: io.BytesIO,
        encode: Callable[[object], Plain],
        shared: Mapping[type, str],
    ) -> None:
        super().__init__(buffer, protocol=5)
        self._encode = encode
        self._shared = shared
        self.forms: list[Plain] = []

    def persistent_id(self, value: Any) -> int | None:
        """Where a value that goes beside the copy stands; None for what is copied."""
        own = isinstance(value, types.FunctionType | type) and value.__module__ == "__main__"
        if own and isinstance(value, type) and value not in self._shared:
            raise CannotCopy("a class of the test")
        if not own and not isinstance(value, torch.Tensor) and not is_remote(value):
            return None
        self.forms.append(self._encode(value))
        return len(self.forms) - 1


class _Unpickler(pickle.Unpickler):
    """Rebuilds a library object of the judge's; its tensors and functions come beside it."""

    def __init__(self, data: bytes, values: list[Any]) -> None:
        super().__init__(io.BytesIO(data))
        self._values = values

    def persistent_load(self, index: Any) -> Any:
        return self._values[operator.index(index)]
