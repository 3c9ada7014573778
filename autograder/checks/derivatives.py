"""Whether gradients are right: against finite differences, and against a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from autograder.checks.closeness import close

__all__ = ["gradients", "parameter_gradients"]

_STEP: Final = 1e-5
_TOLERANCE: Final = 1e-6
_LAYOUTS: Final = ("contiguous", "strided", "expanded")


def gradients(
    function: Callable[..., Tensor],
    inputs: Mapping[str, Tensor],
    what: str = "the result",
    *,
    reference: Callable[..., Tensor] | None = None,
    directions: int = 2,
    layouts: Sequence[str] = _LAYOUTS,
    tolerance: float = _TOLERANCE,
) -> None:
    """Compare the gradients of a function with finite differences of its own result.

    The function is called with `inputs` in order, in float64. Its result is weighted with fixed
    random numbers; the gradient of the sum is measured along random directions with central
    differences, of error `O(step**2)`. With a reference every single gradient is compared too.

    Args:
        function: gives one tensor; twice differentiable near the inputs (no kink within 1e-4).
        inputs: float64 tensors by the name that messages use.
        what: begins the message, in the student's words.
        reference: a function of the same inputs with the right gradients.
        directions: how many random directions.
        layouts: how inputs lie in memory: `contiguous`; `strided`, with gaps and the dimensions in
            another order; `expanded`, where each input in turn is one entry along each of its
            dimensions, broadcast with `expand`.
        tolerance: how far measured and claimed slope may be apart, relative to `1 + abs(measured)`.

    Raises:
        AssertionError: a gradient is missing, NaN or wrong, or an input was changed.
        ValueError: an input is not float64.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> x = torch.randn(2, 3, dtype=torch.float64)
        >>> checks.gradients(lambda x: x.detach() * x, {"x": x}, "the square")
        Traceback (most recent call last):
        ...
        AssertionError: the square: the gradient with respect to x disagrees with finite \
differences of the result itself.
    """
    for name, x in inputs.items():
        if x.dtype != torch.float64:
            raise ValueError(f"checks.gradients: {name} is {x.dtype}, it must be float64")
    if unknown := sorted(set(layouts) - set(_LAYOUTS)):
        raise ValueError(f"checks.gradients: no layout is called {unknown[0]!r}")
    for leaves, build, layout in _arrangements(inputs, layouts):
        told = what if layout == "contiguous" else f"{what}, {layout}"
        _check(function, leaves, build, told, directions, tolerance, reference)


def parameter_gradients(
    module: nn.Module, x: Tensor, what: str = "the output", *, tolerance: float = _TOLERANCE
) -> None:
    """Compare the gradients of a module's parameters with finite differences of its output.

    Args:
        module: in float64, deterministic; its parameters are as before afterwards.
        x: its input.
        what: begins the message, in the student's words.
        tolerance: as in `gradients`.

    Raises:
        AssertionError: a gradient is missing or wrong.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> layer = torch.nn.Linear(3, 2).double()
        >>> checks.parameter_gradients(layer, torch.randn(4, 3, dtype=torch.float64), "the layer")
    """
    state = {name: value.detach().clone() for name, value in module.state_dict().items()}
    module.zero_grad()
    output = module(x)
    _require_graph(output, what)
    weight = _noise(output.shape, 2468)
    output.backward(weight)
    claims = {name: parameter.grad for name, parameter in module.named_parameters()}
    for index, (name, gradient) in enumerate(claims.items()):
        if gradient is None:
            raise AssertionError(f"{what}: no gradient reaches the parameter {name}.{_DETACHED}")
        move = _noise(gradient.shape, 1357 + index)
        ends = []
        for step in (_STEP, -_STEP):
            module.load_state_dict({**state, name: state[name] + step * move})
            ends.append(module(x).detach())
        module.load_state_dict(state)
        measured = _slope(ends[0], ends[1], weight)
        if not _agree((gradient.detach() * move).sum().item(), measured, tolerance):
            raise AssertionError(
                f"{what}: the gradient of the parameter {name} disagrees with finite differences "
                "of the output itself."
            )


_DETACHED: Final = " Is something detached on the way?"


def _arrangements(
    inputs: Mapping[str, Tensor], layouts: Sequence[str]
) -> Iterator[tuple[dict[str, Tensor], Callable[[str, Tensor], Tensor], str]]:
    """What to differentiate, how an input is made of it, and the words for it."""
    plain = {name: x.detach().clone(memory_format=torch.contiguous_format) for name, x in
             inputs.items()}  # fmt: skip
    if "contiguous" in layouts:
        yield plain, lambda _, leaf: leaf, "contiguous"
    if "strided" in layouts and any(x.numel() > 1 for x in plain.values()):
        yield (
            {name: _strided(x) for name, x in plain.items()},
            lambda _, leaf: leaf,
            "inputs that are not contiguous",
        )
    if "expanded" in layouts:
        for name, x in plain.items():
            for dim in range(x.ndim):
                if x.shape[dim] < 2:
                    continue
                narrow = {**plain, name: x.narrow(dim, 0, 1).clone()}
                yield narrow, _Expand(name, x.shape), f"{name} expanded along dimension {dim}"


class _Expand:
    """Broadcasts one input to the shape that the function expects."""

    def __init__(self, name: str, shape: torch.Size) -> None:
        self.name, self.shape = name, shape

    def __call__(self, name: str, leaf: Tensor) -> Tensor:
        return leaf.expand(self.shape) if name == self.name else leaf


def _strided(x: Tensor) -> Tensor:
    """The same numbers with gaps between them and the dimensions in reverse order."""
    order = tuple(reversed(range(x.ndim)))
    room = torch.zeros(*(2 * x.shape[d] for d in order), dtype=x.dtype)
    view = room[tuple(slice(None, None, 2) for _ in order)]
    view.copy_(x.permute(order))
    return view.permute(order)


def _check(
    function: Callable[..., Tensor],
    values: Mapping[str, Tensor],
    build: Callable[[str, Tensor], Tensor],
    what: str,
    directions: int,
    tolerance: float,
    reference: Callable[..., Tensor] | None,
) -> None:
    def call(on: Callable[..., Tensor], leaves: Mapping[str, Tensor]) -> Tensor:
        return on(*(build(name, leaf) for name, leaf in leaves.items()))

    leaves = {name: x.detach().requires_grad_() for name, x in values.items()}
    before = {name: x.detach().clone() for name, x in values.items()}
    output = call(function, leaves)
    _require_graph(output, what)
    weight = _noise(output.shape, 4321)
    found = torch.autograd.grad(output, list(leaves.values()), weight, allow_unused=True)
    for (name, leaf), grad in zip(leaves.items(), found, strict=True):
        if not torch.equal(leaf.detach(), before[name]):
            raise AssertionError(f"{what}: {name} was changed in place.")
        if grad is None:
            raise AssertionError(f"{what}: no gradient reaches {name}.{_DETACHED}")
        if not bool(grad.isfinite().all()):
            raise AssertionError(
                f"{what}: the gradient with respect to {name} is not finite everywhere."
            )
    grads = {name: grad for name, grad in zip(leaves, found, strict=True) if grad is not None}
    if reference is not None:
        _compare_reference(lambda twins: call(reference, twins), before, weight, grads, what)
    with torch.no_grad():
        for index, name in enumerate(grads):
            for round_ in range(directions):
                move = _noise(before[name].shape, 8765 + 100 * index + round_)
                ends = [
                    call(function, {**leaves, name: values[name].detach() + step * move})
                    for step in (_STEP, -_STEP)
                ]
                measured = _slope(ends[0], ends[1], weight)
                if not _agree((grads[name] * move).sum().item(), measured, tolerance):
                    raise AssertionError(
                        f"{what}: the gradient with respect to {name} disagrees with finite "
                        "differences of the result itself."
                    )


def _compare_reference(
    reference: Callable[[Mapping[str, Tensor]], Tensor],
    values: Mapping[str, Tensor],
    weight: Tensor,
    grads: Mapping[str, Tensor],
    what: str,
) -> None:
    twins = {name: x.clone().requires_grad_() for name, x in values.items()}
    expected = torch.autograd.grad(reference(twins), list(twins.values()), weight)
    for (name, grad), right in zip(grads.items(), expected, strict=True):
        close(grad, right, f"{what}: the gradient with respect to {name}", tolerance=1e-6)


def _require_graph(output: Any, what: str) -> None:
    if not isinstance(output, Tensor):
        raise AssertionError(f"{what}: expected a tensor, got {type(output).__name__}.")
    if not output.requires_grad:
        raise AssertionError(f"{what}: no gradient flows back from the result.{_DETACHED}")


def _noise(shape: torch.Size, seed: int) -> Tensor:
    """Random numbers that are the same every time, and leave the global generator alone."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def _slope(up: Tensor, down: Tensor, weight: Tensor) -> float:
    return ((up - down) * weight).sum().item() / (2 * _STEP)


def _agree(claimed: float, measured: float, tolerance: float) -> bool:
    return abs(measured - claimed) <= tolerance * (1 + abs(measured))
