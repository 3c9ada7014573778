"""Leaf tensors that exist in both processes, and what of their changes crosses.

A tensor that the judge passes with `requires_grad` has a twin in the student process, and a
parameter of the student's model has one in the judge. Values and gradients of the judge's tensors
go to the student before every call. Back come those of *parameters* and of the student's own
tensors only: a student function must never be able to change what a test compares against.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Final, final

import torch

from autograder.sealed import arrays
from autograder.sealed.wire import Plain, WireError

__all__ = ["Mirror", "Mirrors"]

_COMPARED_ITEMS: Final = 1 << 21
_OURS_ALONE: Final = 2
"""References to a tensor that only `Mirrors` keeps, while they are counted."""


def _version(tensor: torch.Tensor) -> int:
    return 0 if tensor.is_inference() else tensor._version  # noqa: SLF001 - torch's public-in-fact


def _same(now: torch.Tensor, before: torch.Tensor) -> bool:
    return now.dtype == before.dtype and torch.equal(now, before)


@final
class Mirror:
    """One of two twins.

    Args:
        key: the same number in both processes; negative for the student's tensors.
        tensor: this process's twin.
        strong: keep the twin alive.
        sends: whether this side's changes go to the other.
        accepts: whether the other side's changes are taken.
    """

    __slots__ = ("_data", "_grad", "_known", "_values", "accepts", "key", "sends", "tensor", "weak")

    def __init__(
        self, key: int, tensor: torch.Tensor, *, strong: bool, sends: bool, accepts: bool
    ) -> None:
        self.key = key
        self.tensor: Callable[[], torch.Tensor | None] = (
            (lambda: tensor) if strong else weakref.ref(tensor)
        )
        self.weak = not strong
        self.sends = sends
        self.accepts = accepts
        self.remember(tensor)

    def remember(self, tensor: torch.Tensor) -> None:
        """Take the present state as known to both sides."""
        self._known = (_version(tensor), tensor.data_ptr(), tensor.requires_grad)
        # Writes through `.data` leave the version as it is: only the values tell.
        compared = self.sends and tensor.is_leaf and tensor.numel() <= _COMPARED_ITEMS
        self._data = tensor.detach().clone() if compared else None
        # The gradient itself, and not only what it holds: another of the same values is a change.
        grad = tensor.grad if tensor.is_leaf else None
        self._grad = (grad, 0 if grad is None else _version(grad))
        self._values = None if grad is None else grad.detach().clone()

    @property
    def touched(self) -> bool:
        """Whether this side wrote to the tensor since."""
        tensor = self.tensor()
        if tensor is None:
            return False
        return (_version(tensor), tensor.data_ptr()) != self._known[:2]

    def change(self) -> Plain:
        """What changed since, as plain data; None if nothing did."""
        tensor = self.tensor()
        if tensor is None or not self.sends:
            return None
        written, flag = self.touched, self._known[2]
        touched = written
        if not touched and self._data is not None:
            touched = not _same(tensor.detach(), self._data)
        grad = tensor.grad if tensor.is_leaf else None
        known, version = self._grad
        new_grad = grad is not known
        if grad is not None and not new_grad:
            new_grad = _version(grad) != version or (
                self._values is not None and not _same(grad.detach(), self._values)
            )
        if not touched and not new_grad and tensor.requires_grad == flag:
            return None
        change = (
            self.key,
            arrays.encode_tensor(tensor) if touched else None,
            (None if grad is None else arrays.encode_tensor(grad)) if new_grad else False,
            tensor.requires_grad,
            written,
        )
        self.remember(tensor)
        return change

    def apply(
        self, data: Plain, grad: Plain, *, requires_grad: bool, written: bool, fixed: bool
    ) -> None:
        """Take the other side's change.

        Args:
            data: the form of new values, or None.
            grad: the form of a new gradient, None to clear it, False to leave it.
            requires_grad: whether the tensor wants gradients.
            written: the values were written to as autograd sees it, not through `.data`.
            fixed: refuse a change of shape or dtype.
        """
        tensor = self.tensor()
        if tensor is None:
            return
        with torch.no_grad():
            if data is not None:
                _set_data(tensor, _decode(data), written=written, fixed=fixed)
            if tensor.is_leaf:
                if tensor.requires_grad != requires_grad:
                    tensor.requires_grad_(requires_grad)
                if grad is not False:
                    tensor.grad = None if grad is None else _gradient(grad, tensor)
        self.remember(tensor)


def _decode(form: Plain) -> torch.Tensor:
    if type(form) is not tuple or len(form) != 5 or form[0] != "T":
        raise WireError("malformed change of a tensor")
    return arrays.decode_tensor(form)


def _gradient(form: Plain, tensor: torch.Tensor) -> torch.Tensor:
    grad = _decode(form)
    if grad.shape != tensor.shape or grad.dtype != tensor.dtype:
        raise WireError("a gradient that does not fit its tensor")
    return grad


def _set_data(tensor: torch.Tensor, new: torch.Tensor, *, written: bool, fixed: bool) -> None:
    if tensor.shape == new.shape and tensor.dtype == new.dtype:
        (tensor.detach() if written else tensor.data).copy_(new)
    elif fixed:
        raise WireError("a parameter changed its shape or dtype")
    else:
        tensor.data = new


@final
class Mirrors:
    """All twins of one process.

    Args:
        sign: 1 in the judge, -1 in the student process; the sign of the keys it gives out.
    """

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._next = 0
        self._by_key: dict[int, Mirror] = {}
        self._keys: dict[int, int] = {}
        self._dead: list[int] = []
        self._kept: dict[int, torch.Tensor] = {}

    def new_key(self) -> int:
        """A key for a tensor of this process."""
        self._next += 1
        return self._sign * self._next

    def add(
        self, key: int, tensor: torch.Tensor, *, strong: bool, sends: bool, accepts: bool
    ) -> Mirror:
        """Register this process's twin of a pair."""
        mirror = Mirror(key, tensor, strong=strong, sends=sends, accepts=accepts)
        self._by_key[key] = mirror
        self._keys[id(tensor)] = key
        if not strong:
            self._kept[key] = tensor
            weakref.finalize(tensor, self._died, id(tensor), key).atexit = False
        return mirror

    def _died(self, identity: int, key: int) -> None:
        if self._keys.get(identity) == key:
            del self._keys[identity]
        if self._by_key.pop(key, None) is not None:
            self._dead.append(key)

    def key_of(self, tensor: torch.Tensor) -> int | None:
        """The key of a tensor that has a twin."""
        key = self._keys.get(id(tensor))
        if key is None or self._by_key[key].tensor() is not tensor:
            return None
        return key

    def mirror(self, key: int) -> Mirror | None:
        """The twin with this key, if it lives."""
        return self._by_key.get(key)

    def gone(self, key: Plain) -> bool:
        """Whether this side gave out the key, to a tensor that died since."""
        return type(key) is int and 0 < key * self._sign <= self._next and key not in self._by_key

    def tensor(self, key: Plain) -> torch.Tensor:
        """This process's twin of a key.

        Raises:
            WireError: there is none.
        """
        mirror = self._by_key.get(key) if type(key) is int else None
        tensor = None if mirror is None else mirror.tensor()
        if tensor is None:
            raise WireError("a tensor that was not given out")
        self.hold(key)
        return tensor

    def hold(self, key: int) -> None:
        """Keep this process's twin alive until its changes have been told."""
        mirror = self._by_key.get(key)
        tensor = None if mirror is None or not mirror.weak else mirror.tensor()
        if tensor is not None:
            self._kept[key] = tensor

    def take_dead(self) -> list[int]:
        """Keys of twins that died since."""
        dead, self._dead = self._dead, []
        return dead

    def drop(self, keys: Plain) -> None:
        """Forget twins that died on the other side."""
        if type(keys) is not list:
            raise WireError("malformed list of tensors")
        for key in keys:
            mirror = self._by_key.pop(key, None) if type(key) is int else None
            tensor = None if mirror is None else mirror.tensor()
            if tensor is not None and self._keys.get(id(tensor)) == key:
                del self._keys[id(tensor)]

    def changes(self) -> list[Plain]:
        """This side's changes since the last time."""
        if not self._by_key:
            return []
        found = [mirror.change() for mirror in list(self._by_key.values())]
        self._let_go()
        return [change for change in found if change is not None]

    def _let_go(self) -> None:
        """Drop the tensors that nobody else holds, now that their changes are told.

        Until then they live on: whoever had one may have written to it and forgotten it since.
        """
        for key in list(self._kept):
            if sys.getrefcount(self._kept[key]) <= _OURS_ALONE:
                del self._kept[key]

    def apply(self, changes: Plain, *, to_own: bool = True) -> None:
        """Take the other side's changes.

        Args:
            changes: of tensors that have a twin here.
            to_own: take those of this side's own tensors too, and leave them as they are if not.

        Raises:
            WireError: they are malformed, or of tensors that do not accept any.
        """
        if type(changes) is not list:
            raise WireError("malformed changes")
        for change in changes:
            match change:
                case (int() as key, data, grad, bool() as requires_grad, bool() as written):
                    mirror = self._by_key.get(key)
                case _:
                    raise WireError("malformed change")
            if mirror is None:
                continue
            if not mirror.accepts:
                raise WireError("a change of a tensor that belongs to the test")
            if key * self._sign > 0 and not to_own:
                continue
            fixed = key > 0 and self._sign > 0
            try:
                mirror.apply(data, grad, requires_grad=requires_grad, written=written, fixed=fixed)
            except RuntimeError as error:
                raise WireError(f"malformed change: {error}"[:200]) from None
