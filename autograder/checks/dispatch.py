"""Records the operations that torch dispatches and the memory that it takes, whoever asks for it.

torch's own observers are used, which sit in its dispatcher: a call through `torch.ops`, TorchScript
or a saved reference is seen like any other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, final

import torch

__all__ = ["Trace", "recorded"]

_BACKWARD: Final = "autograd::engine::evaluate_function"


@final
@dataclass(slots=True)
class Trace:
    """What was seen.

    Args:
        operations: such as `softmax`, without namespace; what others do inside is not listed, nor
            what is done to find gradients.
        steps: names of optimizers that made a step, such as `Adam`.
        allocated: bytes of memory that was taken.
        peak: the most bytes more than at the start.
    """

    operations: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    allocated: int = 0
    peak: int = 0


@contextlib.contextmanager
def recorded(*, memory: bool = False) -> Iterator[Trace]:
    """Record what this thread does; the trace is filled when the block has ended.

    Args:
        memory: whether memory is recorded as well.

    Raises:
        RuntimeError: something else is recording.
    """
    if torch.autograd._profiler_enabled():  # type: ignore[attr-defined]  # noqa: SLF001 - no public name
        raise RuntimeError(
            "checks: something is recording already. Do not put one of cost, growth and forbidden "
            "into another, nor a profiler around them"
        )
    trace = Trace()
    _start(memory=memory)
    try:
        yield trace
    finally:
        _read(torch.autograd._disable_profiler_legacy(), trace)  # type: ignore[attr-defined]  # noqa: SLF001 - no public name


def _start(*, memory: bool) -> None:
    from torch._C._profiler import ProfilerConfig, ProfilerState, _ExperimentalConfig

    config = ProfilerConfig(
        ProfilerState.CPU,
        False,  # noqa: FBT003 - no shapes
        memory,
        False,  # noqa: FBT003 - no stacks
        False,  # noqa: FBT003 - no operations counted
        False,  # noqa: FBT003 - no modules
        _ExperimentalConfig(),
    )
    torch.autograd._enable_profiler_legacy(config)  # type: ignore[attr-defined]  # noqa: SLF001 - no public name


def _read(threads: Any, trace: Trace) -> None:
    now = 0
    for events in threads:
        inside: list[bool] = []
        for event in events:
            match event.kind():
                case "push":
                    inside.append(_note(event.name(), trace, hidden=any(inside)))
                case "pop":
                    if inside:
                        inside.pop()
                case "memory_alloc":
                    size = event.cpu_memory_usage()
                    now += size
                    trace.allocated += max(size, 0)
                    trace.peak = max(trace.peak, now)


def _note(name: str, trace: Trace, *, hidden: bool) -> bool:
    """Note an operation; whether those inside of it are its own affair."""
    if name.startswith("Optimizer.step#"):
        trace.steps.append(name.removeprefix("Optimizer.step#").partition(".")[0])
        return False
    namespace, _, operation = name.partition("::")
    if name.startswith(_BACKWARD) or hidden:
        return True
    if not operation:
        return False
    if namespace == "aten" and operation not in _BOOKKEEPING:
        trace.operations.append(operation)
    return True


_BOOKKEEPING: Final = frozenset({"lift_fresh", "detach", "detach_", "resolve_conj", "resolve_neg"})
