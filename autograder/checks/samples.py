"""Whether random numbers have the distribution that they should, with a declared chance of error.

Every bound here holds for the number of samples at hand, not only for many: a right answer fails
with at most the declared chance. Sources: Hoeffding, *Probability inequalities for sums of bounded
random variables*, 1963 (bounded samples, counts, sampling without replacement); Laurent and
Massart, *Adaptive estimation of a quadratic functional*, 2000, lemma 1 (chi-square).
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import torch
from torch import Tensor

from autograder.checks import chance

__all__ = ["independent", "mean", "proportion", "variance"]


def proportion(
    hits: Any, expected: float, what: str = "the proportion", *, false_fail: float = chance.DEFAULT
) -> None:
    """Fail unless about `expected` of independent trials are hits.

    The allowed deviation is Hoeffding's, with the exact relative entropy, so it is narrow where
    `expected` is near 0 or 1.

    Args:
        hits: booleans (tensor, array or list), one a trial.
        expected: the chance of a hit, between 0 and 1.
        what: begins the message, in the student's words.
        false_fail: the chance that a right answer fails.

    Raises:
        AssertionError: too many or too few.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> dropped = torch.rand(10_000) < 0.3
        >>> checks.proportion(dropped, 0.3, "the share of zeros")
        >>> checks.proportion(dropped, 0.7, "the share of zeros")
        Traceback (most recent call last):
        ...
        AssertionError: the share of zeros is far from what it should be: 10000 trials, and a \
right answer is as far off with a chance below 1e-09.
    """
    chance.declare(what, false_fail)
    flags = _numbers(hits).bool()
    n = _some(flags, what)
    if _entropy(float(flags.double().mean()), expected) * n > math.log(2 / false_fail):
        _fail(what, f"{n} trials", false_fail)


def mean(
    samples: Any,
    expected: float,
    what: str = "the mean",
    *,
    std: float | None = None,
    bounds: tuple[float, float] | None = None,
    false_fail: float = chance.DEFAULT,
) -> None:
    """Fail unless independent samples have this mean.

    Args:
        samples: numbers.
        expected: their mean.
        what: begins the message, in the student's words.
        std: the samples are normal with this standard deviation.
        bounds: or else they lie between these two numbers, whatever their distribution.
        false_fail: the chance that a right answer fails.

    Raises:
        AssertionError: the mean is too far away, or a sample is out of bounds.
        ValueError: neither or both of `std` and `bounds` are given.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> weights = 0.02 * torch.randn(64, 64)
        >>> checks.mean(weights, 0.0, "the mean of the weights", std=0.02)
    """
    if (std is None) == (bounds is None):
        raise ValueError("checks.mean: give either std or bounds")
    chance.declare(what, false_fail)
    numbers = _numbers(samples).double()
    n = _some(numbers, what)
    if std is not None:
        allowed = std * NormalDist().inv_cdf(1 - false_fail / 2) / math.sqrt(n)
    else:
        low, high = _within(numbers, bounds, what)
        allowed = (high - low) * math.sqrt(math.log(2 / false_fail) / (2 * n))
    # The samples were rounded to their own dtype.
    if not abs(float(numbers.mean()) - expected) <= allowed + 1e-6 * abs(expected):
        _fail(what, f"{n} samples", false_fail)


def variance(
    samples: Any,
    expected: float,
    what: str = "the variance",
    *,
    mean: float,
    bounds: tuple[float, float] | None = None,
    false_fail: float = chance.DEFAULT,
) -> None:
    """Fail unless independent samples have this variance.

    Args:
        samples: numbers, normally distributed unless `bounds` are given.
        expected: their variance.
        what: begins the message, in the student's words.
        mean: their true mean.
        bounds: they lie between these two numbers, whatever their distribution.
        false_fail: the chance that a right answer fails.

    Raises:
        AssertionError: the variance is too far away, or a sample is out of bounds.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> weights = torch.empty(64, 64).uniform_(-0.1, 0.1)
        >>> checks.variance(weights, 0.01 / 3, "their variance", mean=0, bounds=(-0.1, 0.1))
    """
    chance.declare(what, false_fail)
    numbers = _numbers(samples).double()
    n = _some(numbers, what)
    found = float((numbers - mean).square().mean())
    x = math.log(2 / false_fail)
    if bounds is None:
        low = expected * (1 - 2 * math.sqrt(x / n))
        high = expected * (1 + 2 * math.sqrt(x / n) + 2 * x / n)
    else:
        ends = _within(numbers, bounds, what)
        room = max((end - mean) ** 2 for end in ends) * math.sqrt(x / (2 * n))
        low, high = expected - room, expected + room
    if not low - 1e-6 * expected <= found <= high + 1e-6 * expected:
        _fail(what, f"{n} samples", false_fail)


def independent(
    first: Any,
    second: Any,
    what: str = "the two masks",
    *,
    false_fail: float = chance.DEFAULT,
) -> None:
    """Fail if two rows of random booleans hang together.

    Given how many are true in each, the number of places where both are true is hypergeometric
    for independent rows, whatever their rates.

    Args:
        first: booleans.
        second: as many.
        what: begins the message, in the student's words.
        false_fail: the chance that a right answer fails.

    Raises:
        AssertionError: both are true together too often or too seldom.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> mask = torch.rand(2_000) < 0.5
        >>> checks.independent(mask, torch.rand(2_000) < 0.5, "the masks of two calls")
        >>> checks.independent(mask, mask, "the masks of two calls")
        Traceback (most recent call last):
        ...
        AssertionError: the masks of two calls are not independent: 2000 places, and a right \
answer is as far off with a chance below 1e-09.
    """
    chance.declare(what, false_fail)
    one, other = _numbers(first).bool().flatten(), _numbers(second).bool().flatten()
    n = _some(one, what)
    if len(other) != n:
        raise AssertionError(f"{what}: {n} and {len(other)} numbers, where they should be as many.")
    drawn = int(one.sum())
    if not 0 < drawn < n:
        raise AssertionError(f"{what}: one of them is the same everywhere.")
    found = float((one & other).double().sum()) / drawn
    if _entropy(found, int(other.sum()) / n) * drawn > math.log(2 / false_fail):
        raise AssertionError(
            f"{what} are not independent: {n} places, and a right answer is as far off with a "
            f"chance below {false_fail:g}."
        )


def _entropy(found: float, expected: float) -> float:
    """Relative entropy of two coins, in nats."""
    total = 0.0
    for q, p in ((found, expected), (1 - found, 1 - expected)):
        if q > 0:
            total += q * math.log(q / p) if p > 0 else math.inf
    return total


def _numbers(samples: Any) -> Tensor:
    return torch.as_tensor(samples).detach()


def _some(numbers: Tensor, what: str) -> int:
    if not numbers.numel():
        raise AssertionError(f"{what}: there are no numbers.")
    return numbers.numel()


def _within(numbers: Tensor, bounds: tuple[float, float] | None, what: str) -> tuple[float, float]:
    low, high = bounds or (0.0, 0.0)
    room = 1e-6 * (high - low)
    if not bool(((numbers >= low - room) & (numbers <= high + room)).all()):
        raise AssertionError(f"{what}: a number is outside the range that is possible.")
    return low, high


def _fail(what: str, n: str, false_fail: float) -> None:
    raise AssertionError(
        f"{what} is far from what it should be: {n}, and a right answer is as far off with a "
        f"chance below {false_fail:g}."
    )
