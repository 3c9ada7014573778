"""Objects of the test in the hands of student code: seen there, and served in the judge."""

from __future__ import annotations

import pickle
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Protocol, final

import torch

from autograder.sealed.link import Lease
from autograder.sealed.values import EXCEPTIONS
from autograder.sealed.wire import Plain, WireError

__all__ = ["Judge", "JudgeObject", "error_form", "perform"]


class Judge(Protocol):
    """Asks the judge, while it waits for an answer of this process."""

    def ask_judge(self, operation: str, key: int, *values: object) -> Any:
        """Do `operation` to the judge's object `key`."""
        ...


class JudgeObject:
    """An object of the test that was passed to student code.

    It can be called, read, indexed, iterated and entered, while the test waits for the student's
    function to return, and never changed.
    """

    __slots__ = ("__weakref__", "_judge", "_lease", "_name")

    def __init__(self, judge: Judge, lease: Lease, name: str) -> None:
        self._judge = judge
        self._lease = lease
        self._name = name

    @property
    def judge_key(self) -> int:
        """The judge's key of the object."""
        return self._lease.key

    @property
    def lease(self) -> Lease:
        """This process's hold on the judge's object."""
        return self._lease

    @property
    def __name__(self) -> str:
        """The object's name, as functions have one."""
        return self._name

    def __repr__(self) -> str:
        return f"<{self._name} of the test>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, in the judge."""
        return self._judge.ask_judge("call", self._lease.key, list(args), kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._judge.ask_judge("attr", self._lease.key, name)

    def __getitem__(self, index: Any) -> Any:
        return self._judge.ask_judge("item", self._lease.key, index)

    def __len__(self) -> int:
        length: int = self._judge.ask_judge("len", self._lease.key)
        return length

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        iterator = self._judge.ask_judge("iter", self._lease.key)
        while True:
            step = self._judge.ask_judge("next", iterator.judge_key)
            if not step:
                return
            yield step[0]

    def __enter__(self) -> Any:
        return self._judge.ask_judge("enter", self._lease.key)

    def __exit__(self, *_error: object) -> None:
        self._judge.ask_judge("exit", self._lease.key)


_CLOSED: Final = (
    *(types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type),
    *(types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType),
)
_REWIRING: Final = frozenset(
    {
        *("add_module", "compile", "load_state_dict", "set_extra_state", "set_submodule"),
        *("attach_mock", "configure_mock", "mock_add_spec", "reset_mock"),
    }
)
"""Methods of modules and mocks after which they no longer do what the test made them for."""


def perform(
    operation: str, target: Any, values: list[Any], asks: Callable[[str], bool] = lambda _: False
) -> Any:
    """One operation of student code on an object of the test.

    Args:
        operation: its name.
        target: the object.
        values: what comes with it.
        asks: whether the reference solution does something too, by a name for it.
    """
    match operation, values:
        case "call", [list() as args, dict() as kwargs]:
            return target(*args, **kwargs)
        case "attr", [str() as name] if not name.startswith("_"):
            return _attribute(target, name, asks)
        case "item", [index]:
            return target[index]
        case "len", []:
            return len(target)
        case "iter", []:
            return _Steps(iter(target))
        case "next", [] if type(target) is _Steps:
            try:
                return [next(target.iterator)]
            except StopIteration:
                return []
        case "enter", []:
            return target.__enter__()
        case "exit", []:
            return target.__exit__(None, None, None)
        case "backward", [grad] if isinstance(target, torch.Tensor):
            torch.autograd.backward([target], [grad])
            return None
    raise WireError("a request that is not allowed")


def _attribute(target: Any, name: str, asks: Callable[[str], bool]) -> Any:
    """A public attribute.

    Functions, modules and classes of the test show none, and generators neither: their frames lead
    to everything. Modules and mocks show what rewires them where the reference solution uses it.
    """
    if isinstance(target, _CLOSED):
        raise AttributeError(name)  # noqa: TRY004 - as a missing attribute would
    mock = sys.modules.get("unittest.mock")
    kinds = (torch.nn.Module, *((mock.NonCallableMock,) if mock else ()))
    rewires = name in _REWIRING or name.startswith("register_")
    if rewires and isinstance(target, kinds) and not asks(f"@{name}"):
        raise AttributeError(f"{name}: code of a submission does not change an object of the test")
    return getattr(target, name)


@final
@dataclass(slots=True, eq=False)
class _Steps:
    """An iterator of the judge's that student code walks."""

    iterator: Any

    def __reduce__(self) -> NoReturn:
        raise pickle.PicklingError("an iterator stays here")


def error_form(error: Exception) -> Plain:
    """An exception of the test's own code: its text, and its type if that is built in."""
    kind = type(error)
    name = kind.__name__ if EXCEPTIONS.get(kind.__name__) is kind else "RuntimeError"
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - an object of the submission in it may raise anything
        text = ""
    return ("ex", name, [text])
