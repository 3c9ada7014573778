from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder import checks

X = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def changed(index: tuple[int, int], value: float) -> torch.Tensor:
    x = X.clone()
    x[index] = value
    return x


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (X.clone(), X),
        (X + 1e-5, X),
        (X.clone().requires_grad_(), X),
        (
            torch.tensor([math.nan, math.inf, -math.inf]),
            torch.tensor([math.nan, math.inf, -math.inf]),
        ),
        (torch.zeros(0, 3), torch.zeros(0, 3)),
        (0.5, 0.5 + 1e-12),
        (torch.tensor(0.5), 0.5),
        (np.float64(0.5), 0.5),
        (np.array(0.5), 0.5),
        (3, 3.0),
        (3.0, 3),
        (True, True),
        ([1.0, [2.0, 3]], [1.0, [2.0, 3]]),
        ((1.0, 2.0), [1.0, 2.0]),
        ({"a": X, "b": None}, {"a": X, "b": None}),
        (np.arange(3), np.arange(3)),
        (np.arange(3.0)[::-1], np.array([2.0, 1.0, 0.0])),
        (np.arange(3, dtype=">f8"), np.arange(3, dtype=">f8")),
        (X.T, X.T.contiguous()),
        (torch.tensor([1 + 2j]), torch.tensor([1 + 2j])),
        ("text", "text"),
        (2**70, 2**70),
    ],
)
def test_right_values_pass(actual: object, expected: object) -> None:
    checks.close(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "message"),
    [
        (changed((1, 0), 4.5), X, "1 of 6 numbers differs, at [1, 0] of shape (2, 3): off by 0.5"),
        (X + 1, X, "6 of 6 numbers differ, at [0, 0]"),
        (X.T, X, "the shape is (3, 2), it should be (2, 3)"),
        (X.double(), X, "the dtype is torch.float64, it should be torch.float32"),
        (changed((0, 1), math.nan), X, "it is NaN"),
        (changed((0, 1), math.inf), X, "it is infinite"),
        (X, changed((0, 1), math.inf), "it should be infinite"),
        (X, changed((0, 1), math.nan), "it should be NaN"),
        (changed((0, 1), -math.inf), changed((0, 1), math.inf), "it is infinite"),
        (X.numpy(), X, "expected a tensor, got an array"),
        (X, X.numpy(), "expected an array, got a tensor"),
        (None, X, "expected a tensor, got nothing (None)"),
        (None, 1.0, "expected a number, got nothing (None)"),
        ("1", 1.0, "a value of type str"),
        (True, 1, "expected a number, got True or False"),
        (1, True, "expected True or False, got a number"),
        (torch.tensor([1.0]), 1.0, "the shape is (1,), it should be ()"),
        (0.5, 0.6, "the number differs: off by 0.1"),
        (2**60 + 1, 2**60, "the number differs: off by 1"),
        ([1.0], [1.0, 2.0], "1 entries instead of 2"),
        ([1.0, [2.0, 4]], [1.0, [2.0, 3]], "[1][1]"),
        ({"a": 1}, {"a": 1, "b": 2}, "the key 'b' is missing"),
        ({"a": 1, "b": 2}, {"a": 1}, "the key 'b' should not be there"),
        (torch.tensor([True, False]), torch.tensor([True, True]), "true and false are mixed up"),
        ("text", "other", "not as expected"),
        (torch.tensor([1 + 2j]), torch.tensor([1 - 2j]), "off by 4"),
    ],
)
def test_wrong_values_fail_and_the_message_tells_how(
    actual: object, expected: object, message: str
) -> None:
    with pytest.raises(AssertionError) as failure:
        checks.close(actual, expected, "the result")
    assert str(failure.value).startswith("the result")
    assert message in str(failure.value)


def test_a_message_holds_no_expected_value() -> None:
    with pytest.raises(AssertionError) as failure:
        checks.close(torch.tensor([0.25]), torch.tensor([0.734375]))
    assert "0.73" not in str(failure.value)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_the_order_of_summation_does_not_matter_but_a_coarser_dtype_inside_does(
    dtype: torch.dtype,
) -> None:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(50, 30, generator=generator, dtype=torch.float64).to(dtype)
    weights = torch.softmax(x.double(), -1).to(dtype)
    expected = (weights.double() @ x.double().T).to(dtype)
    loops = torch.stack([(weights * row).sum(-1) for row in x], -1)
    checks.close(torch.einsum("ik,jk->ij", weights, x), expected)
    checks.close(loops, expected)
    coarser = {torch.float64: torch.float32, torch.float32: torch.float16}
    if dtype in coarser:
        with pytest.raises(AssertionError):
            checks.close(weights.to(coarser[dtype]).to(dtype), weights, tolerance=None)
        with pytest.raises(AssertionError):
            checks.close((x.to(coarser[dtype]) * 30).to(dtype), x * 30)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_every_number_agrees_with_itself(value: float) -> None:
    checks.close(torch.tensor([value]), torch.tensor([value]))
    checks.close(value, value)


def test_the_author_is_told_of_an_expected_value_that_is_none() -> None:
    with pytest.raises(TypeError, match="cannot compare with"):
        checks.close(1, object())
