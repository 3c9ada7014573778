"""What a computation costs, counted and not timed: operations, memory, calls."""

from __future__ import annotations

import math
import pickle
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn, Self, final

from autograder.checks.dispatch import Trace, recorded
from autograder.checks.instruments import at_work

__all__ = ["Cost", "Counted", "Meter", "cost", "counted", "growth"]

_FIELDS: Final = ("operations", "allocated", "peak")


@final
@dataclass(frozen=True, slots=True)
class Cost:
    """What student code used in one or more calls.

    Args:
        operations: torch operations that it dispatched itself; those inside of others not counted.
        allocated: bytes of all tensors together that were made on the way.
        peak: the most bytes of new tensors, arrays and Python objects alive at once.
    """

    operations: int
    allocated: int
    peak: int


def cost(run: Callable[[], object]) -> Cost:
    """Count what student code costs.

    Where cells are sealed only student code is counted; elsewhere all that `run` does, so let it
    call the student's function and little else. Not counted are operations in threads that the
    student's code starts, and what numpy does beyond its memory.

    Args:
        run: calls the student's function.

    Returns:
        The sum over the calls that `run` made; of `peak`, the largest.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> x = torch.ones(100)
        >>> used = checks.cost(lambda: (x + 1) * 2)
        >>> used.operations, used.allocated // 100
        (2, 8)
    """
    found: list[Cost] = []

    def take(report: Any) -> None:
        if report is None:
            return
        if type(report) is not list or len(report) != len(_FIELDS):
            raise ValueError("no cost")
        if any(type(number) is not int or not 0 <= number < 1 << 62 for number in report):
            raise ValueError("no cost")
        found.append(Cost(*report))

    with at_work(f"{__name__}:Meter", (), take):
        run()
    return Cost(
        sum(one.operations for one in found),
        sum(one.allocated for one in found),
        max((one.peak for one in found), default=0),
    )


def growth(
    run: Callable[[int], object],
    sizes: Sequence[int],
    what: str = "the cost",
    *,
    of: Literal["operations", "allocated", "peak"],
    at_most: float,
) -> float:
    """Fail if a cost grows faster than `n ** at_most`.

    The exponent is measured between the last two sizes, where constants matter least; choose them
    so large that `n` outweighs them.

    Args:
        run: calls the student's function on a problem of the given size.
        sizes: two or more, rising.
        what: begins the message, in the student's words.
        of: which cost.
        at_most: the largest exponent allowed, such as 1.3 where linear is right and quadratic not.

    Returns:
        The exponent.

    Raises:
        AssertionError: it grows faster.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> checks.growth(lambda n: torch.ones(n, 1) + torch.ones(n), [100, 200, 400],
        ...               "memory", of="peak", at_most=1.3)
        Traceback (most recent call last):
        ...
        AssertionError: memory grows like n ** 2.0 (from n=200 to n=400), at most n ** 1.3 \
is allowed.
    """
    if len(sizes) < 2 or list(sizes) != sorted(set(sizes)):
        raise ValueError("checks.growth: give two or more rising sizes")
    costs = [float(getattr(cost(lambda n=n: run(n)), of)) for n in sizes]  # type: ignore[misc]  # mypy infers no lambda with defaults
    if costs[-1] <= 0:
        return 0.0
    ratio = costs[-1] / max(costs[-2], 1.0)
    exponent = math.log(max(ratio, 1e-9)) / math.log(sizes[-1] / sizes[-2])
    if exponent > at_most:
        raise AssertionError(
            f"{what} grows like n ** {exponent:.1f} (from n={sizes[-2]} to n={sizes[-1]}), "
            f"at most n ** {at_most:g} is allowed."
        )
    return exponent


@final
class Counted:
    """A function of the test that counts how often it is called."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.calls = 0
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, and count."""
        self.calls += 1
        return self._function(*args, **kwargs)

    def __reduce__(self) -> NoReturn:
        raise pickle.PicklingError("a copy would count by itself")


def counted(function: Callable[..., Any]) -> Counted:
    """A function to hand to student code that counts its calls; nothing there can change the count.

    Args:
        function: the test's own, such as a loss or a closure.

    Examples:
        >>> from autograder import checks
        >>> loss = checks.counted(lambda x: x * x)
        >>> [loss(1.0), loss(2.0)]
        [1.0, 4.0]
        >>> loss.calls
        2
    """
    return Counted(function)


@final
class Meter:
    """Counts operations and memory."""

    def __init__(self) -> None:
        self._trace: Trace | None = None
        self._python = 0
        self._tracing = False
        self._recorded: Any = None

    def __enter__(self) -> Self:
        self._tracing = not tracemalloc.is_tracing()
        if self._tracing:
            tracemalloc.start()
        tracemalloc.reset_peak()
        self._python = tracemalloc.get_traced_memory()[0]
        self._recorded = recorded(memory=True)
        self._trace = self._recorded.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        # Before the trace is read, which takes memory of its own for each operation.
        self._python = max(0, tracemalloc.get_traced_memory()[1] - self._python)
        if self._tracing:
            tracemalloc.stop()
        self._recorded.__exit__(*error)

    def arguments(self, values: Sequence[Any], named: Mapping[str, Any]) -> None:
        """Of no interest."""

    def report(self) -> list[int]:
        """The fields of `Cost`."""
        trace = self._trace
        if trace is None:
            return [0, 0, 0]
        return [len(trace.operations), trace.allocated, trace.peak + self._python]
