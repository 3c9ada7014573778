from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from autograder import checks

GENERATOR = torch.Generator().manual_seed(0)
A = torch.randn(2, 3, dtype=torch.float64, generator=GENERATOR)
B = torch.randn(3, 4, dtype=torch.float64, generator=GENERATOR)


class Detached(torch.autograd.Function):
    """Twice the right gradient."""

    @staticmethod
    def forward(ctx: object, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: object, *grads: Tensor) -> Tensor:
        return 2 * grads[0]


@pytest.mark.parametrize(
    "right",
    [
        lambda a, b: a @ b,
        lambda a, b: torch.einsum("ij,jk->ik", a, b),
        lambda a, b: torch.stack([(row[:, None] * b).sum(0) for row in a]),
        lambda a, b: torch.softmax(a @ b, -1) * a.sum(),
    ],
)
def test_right_gradients_pass(right: Callable[..., Tensor]) -> None:
    checks.gradients(right, {"a": A, "b": B}, "the product")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda a, b: a.detach() @ b, "no gradient reaches a"),
        (lambda a, b: (a @ b).detach(), "no gradient flows back"),
        (lambda a, b: (a - a.detach()) @ b + a.detach() @ b.detach(), "with respect to b"),
        (
            lambda a, b: Detached.apply(a) @ b,  # type: ignore[no-untyped-call]
            "with respect to a disagrees",
        ),
        (lambda a, b: a.data.mul_(2) + (a @ b).sum(), "was changed in place"),
        (lambda a, b: (a @ b) / (a - a).sum(), "is not finite everywhere"),
        (lambda a, b: a.contiguous().view(3, 2).detach().sum() + (a @ b), "disagrees"),
        (lambda a, b: None, "expected a tensor, got NoneType"),
    ],
)
def test_wrong_gradients_fail(wrong: Callable[..., Tensor], message: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(message)):
        checks.gradients(wrong, {"a": A, "b": B}, "the product")


def test_a_view_of_memory_that_is_not_contiguous_is_found() -> None:
    checks.gradients(lambda a: a.view(6) * 2, {"a": A}, layouts=["contiguous"])
    with pytest.raises(RuntimeError, match="view"):
        checks.gradients(lambda a: a.view(6) * 2, {"a": A})


def test_the_gradient_of_a_broadcast_input_is_summed() -> None:
    class Copied(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, x: Tensor) -> Tensor:
            return x.clone()

        @staticmethod
        def backward(ctx: object, *grads: Tensor) -> Tensor:
            return grads[0] * (1.5 if grads[0].stride() == (0, 0) else 1.0)

    seen = []

    def function(a: Tensor) -> Tensor:
        seen.append(a.stride())
        return a * a

    checks.gradients(function, {"a": A})
    assert {(3, 1), (1, 0), (0, 1)} <= set(seen)


def test_a_wrong_entry_is_found_by_the_reference() -> None:
    def wrong(a: Tensor, b: Tensor) -> Tensor:
        return a @ b + 0.001 * a.sum()

    with pytest.raises(AssertionError, match="the product: the gradient with respect to a: "):
        checks.gradients(wrong, {"a": A, "b": B}, "the product", reference=lambda a, b: a @ b)


def test_single_precision_is_refused() -> None:
    with pytest.raises(ValueError, match="a is torch"):
        checks.gradients(lambda a: a, {"a": A.float()})


class Layer(nn.Module):
    def __init__(self, *, detach: bool = False) -> None:
        super().__init__()
        self.up = nn.Linear(3, 5)
        self.scale = nn.Parameter(torch.ones(5))
        self.detach = detach

    def forward(self, x: Tensor) -> Tensor:
        scale = self.scale.detach() if self.detach else self.scale
        return torch.tanh(self.up(x)) * scale


def test_gradients_of_parameters() -> None:
    layer = Layer().double()
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    checks.parameter_gradients(layer, A, "the layer")
    assert all(torch.equal(before[name], value) for name, value in layer.state_dict().items())
    with pytest.raises(AssertionError, match="no gradient reaches the parameter scale"):
        checks.parameter_gradients(Layer(detach=True).double(), A, "the layer")
