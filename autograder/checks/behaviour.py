"""What a function does besides returning: to its arguments, to global state, to its next call."""

from __future__ import annotations

import contextlib
import copy
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Self, final

import numpy as np
import torch
from torch import Tensor

from autograder.checks.closeness import close
from autograder.checks.instruments import at_work

__all__ = ["Arguments", "GlobalState", "pure", "repeatable", "unchanged"]

_MOST: Final = 100


def unchanged(
    function: Callable[..., Any], *args: Any, what: str = "the function", **kwargs: Any
) -> Any:
    """Call a function, and fail if it changes one of its arguments in place.

    Args:
        function: the student's.
        *args: passed on.
        what: begins the message, in the student's words.
        **kwargs: passed on.

    Returns:
        What the function returned.

    Raises:
        AssertionError: an argument was changed.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> checks.unchanged(lambda x: x.mul_(2), torch.ones(3), what="double")
        Traceback (most recent call last):
        ...
        AssertionError: double changes its argument number 1 in place.
    """
    result, changed = _watched("Arguments", function, args, kwargs)
    if changed:
        name = changed[0]
        told = f"argument number {int(name) + 1}" if name.isdigit() else f"argument {name}"
        raise AssertionError(f"{what} changes its {told} in place.")
    return result


def pure(
    function: Callable[..., Any],
    *args: Any,
    what: str = "the function",
    random: bool = False,
    **kwargs: Any,
) -> Any:
    """Call a function twice, and fail if it changes global state.

    Looked at are the states of the global random generators (torch, numpy, `random`), torch's
    default dtype, number of threads and gradient mode, and numpy's error mode.

    Args:
        function: the student's.
        *args: passed on.
        what: begins the message, in the student's words.
        random: whether it may draw from the global generators. If so, it must not seed them: two
            calls from two different states may not leave the same state behind.
        **kwargs: passed on.

    Returns:
        What the function returned, the first time.

    Raises:
        AssertionError: global state was changed.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> def noise(n):
        ...     torch.manual_seed(0)
        ...     return torch.randn(n)
        >>> checks.pure(noise, 3, what="noise", random=True)
        Traceback (most recent call last):
        ...
        AssertionError: noise seeds torch's global random generator.
    """
    draws = random
    result, changed = _watched("GlobalState", function, args, kwargs)
    with _moved_on():
        _, again = _watched("GlobalState", function, args, kwargs)
    for entry in (*changed, *again):
        name, _, _ = entry.partition("=")
        if name not in _GENERATORS:
            raise AssertionError(f"{what} changes {_STATES.get(name, 'global state')}.")
        if not draws:
            raise AssertionError(
                f"{what} draws from {_GENERATORS[name]} or seeds it, and nothing in it is random."
            )
    for entry in again:
        if entry in changed:
            raise AssertionError(f"{what} seeds {_GENERATORS[entry.partition('=')[0]]}.")
    return result


def repeatable(
    function: Callable[..., Any],
    calls: Sequence[tuple[Any, ...]],
    what: str = "the function",
    *,
    tolerance: float | None = None,
) -> None:
    """Fail if the result of a call depends on the calls before it.

    Every call is made in order, then all of them again in the opposite order.

    Args:
        function: the student's, not random.
        calls: arguments of each call.
        what: begins the message, in the student's words.
        tolerance: as in `close`.

    Raises:
        AssertionError: a call gave something else the second time.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> seen = []
        >>> def total(x):
        ...     seen.append(x)
        ...     return sum(seen)
        >>> checks.repeatable(total, [(1.0,), (2.0,)], "total")
        Traceback (most recent call last):
        ...
        AssertionError: total, called again with the same arguments after other calls: \
the number differs: off by 2, allowed 4e-08
    """
    first = [copy.deepcopy(_data(function(*args))) for args in calls]
    for args, result in reversed(list(zip(calls, first, strict=True))):
        told = f"{what}, called again with the same arguments after other calls"
        close(_data(function(*args)), result, told, tolerance=tolerance)


def _data(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value


_GENERATORS: Final = {
    "torch": "torch's global random generator",
    "numpy": "numpy's global random generator",
    "random": "the global generator of the module random",
}
_STATES: Final = {
    "dtype": "torch's default dtype (set_default_dtype)",
    "threads": "torch's number of threads (set_num_threads)",
    "grad": "torch's gradient mode (set_grad_enabled) for what comes after it",
    "deterministic": "torch.use_deterministic_algorithms",
    "errors": "numpy's error mode (seterr)",
}


@contextlib.contextmanager
def _moved_on() -> Iterator[None]:
    """Have every global generator in another state for a while."""
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    torch.rand(1)
    np.random.rand()
    random.random()  # noqa: S311 - it is the global one that is meant
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
        random.setstate(states[2])


def _watched(
    kind: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, list[str]]:
    changed: list[str] = []

    def take(report: Any) -> None:
        if report is None:
            return
        if type(report) is not list or len(report) > _MOST:
            raise ValueError("no list of names")
        if any(type(name) is not str or len(name) > _MOST for name in report):
            raise ValueError("no list of names")
        changed.extend(report)

    with at_work(f"{__name__}:{kind}", (), take, args, kwargs):
        result = function(*args, **kwargs)
    return result, changed


@final
class Arguments:
    """Finds the arguments that are no longer what they were."""

    def __init__(self) -> None:
        self._seen: list[tuple[str, Any, Any]] = []
        self._changed: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name, value, before in self._seen:
            if not _same(value, before) and name not in self._changed:
                self._changed.append(name)

    def arguments(self, values: Sequence[Any], named: Mapping[str, Any]) -> None:
        """Keep a copy of each."""
        every = [*((str(i), value) for i, value in enumerate(values)), *named.items()]
        self._seen += [(name, value, _snapshot(value)) for name, value in every]

    def report(self) -> list[str]:
        """Names, or numbers as text, of those that changed."""
        return self._changed[:_MOST]


_IMMUTABLE: Final = (bool, int, float, complex, str, bytes)


def _snapshot(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list | tuple):
        return [_snapshot(item) for item in value]
    if isinstance(value, dict):
        return {key: _snapshot(item) for key, item in value.items()}
    if isinstance(value, set):
        return set(value)
    return value if isinstance(value, _IMMUTABLE) else None


def _same(value: Any, before: Any) -> bool:
    if isinstance(value, Tensor):
        now = value.detach()
        if now.shape != before.shape or now.dtype != before.dtype:
            return False
        return bool(((now == before) | ((now != now) & (before != before))).all())
    if isinstance(value, np.ndarray):
        return bool(value.shape == before.shape) and value.tobytes() == before.tobytes()
    if isinstance(value, list | tuple):
        return len(value) == len(before) and all(map(_same, value, before))
    if isinstance(value, dict):
        return value.keys() == before.keys() and all(_same(value[k], before[k]) for k in value)
    if isinstance(value, set):
        return bool(value == before)
    return before is None or value is before or value == before


@final
class GlobalState:
    """Finds global state that is no longer what it was."""

    def __init__(self) -> None:
        self._before: dict[str, Any] = {}
        self._after: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self._before = _state()
        return self

    def __exit__(self, *_: object) -> None:
        self._after = _state()

    def arguments(self, values: Sequence[Any], named: Mapping[str, Any]) -> None:
        """Of no interest."""

    def report(self) -> list[str]:
        """What changed, with a fingerprint of what it is now: `torch=1234`."""
        return [
            f"{name}={hash(self._after[name])}"
            for name, before in self._before.items()
            if self._after[name] != before
        ]


def _state() -> dict[str, Any]:
    kind, keys, *rest = np.random.get_state()
    return {
        "torch": torch.get_rng_state().numpy().tobytes(),
        "numpy": (kind, np.asarray(keys).tobytes(), *rest),
        "random": random.getstate(),
        "dtype": str(torch.get_default_dtype()),
        "threads": torch.get_num_threads(),
        "grad": torch.is_grad_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "errors": tuple(sorted(np.geterr().items())),
    }
