from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from autograder import checks
from autograder.checks import chance

RATE = 0.01
RUNS = 2_000


def failures(run: object, *args: object, **kwargs: object) -> int:
    """How often a check fails in many runs of a right answer."""
    count = 0
    for seed in range(RUNS):
        generator = torch.Generator().manual_seed(seed)
        try:
            run(generator)  # type: ignore[operator]  # a parameter of the test
        except AssertionError:
            count += 1
    return count


@pytest.mark.parametrize(
    "run",
    [
        lambda g: checks.proportion(torch.rand(50, generator=g) < 0.1, 0.1, false_fail=RATE),
        lambda g: checks.proportion(torch.rand(400, generator=g) < 0.5, 0.5, false_fail=RATE),
        lambda g: checks.mean(torch.randn(30, generator=g), 0.0, std=1.0, false_fail=RATE),
        lambda g: checks.mean(torch.rand(30, generator=g), 0.5, bounds=(0, 1), false_fail=RATE),
        lambda g: checks.variance(torch.randn(40, generator=g), 1.0, mean=0, false_fail=RATE),
        lambda g: checks.variance(
            torch.rand(40, generator=g), 1 / 12, mean=0.5, bounds=(0, 1), false_fail=RATE
        ),
        lambda g: checks.independent(
            torch.rand(60, generator=g) < 0.3, torch.rand(60, generator=g) < 0.6, false_fail=RATE
        ),
    ],
)
def test_right_answers_fail_no_more_often_than_declared(run: object) -> None:
    # With the declared rate, more than 2.5 times as many have a chance below 1e-9.
    assert failures(run) <= 2.5 * RATE * RUNS


X = torch.randn(5_000, generator=torch.Generator().manual_seed(3))
U = torch.rand(5_000, generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: checks.proportion(U < 0.3, 0.7), "far from what it should be: 5000 trials"),
        (lambda: checks.proportion(U < 0.3, 0.22), "far from"),
        (lambda: checks.proportion(torch.zeros(100), 0.3), "far from"),
        (lambda: checks.proportion(U < 0.001, 0.0), "far from"),
        (lambda: checks.proportion([], 0.5), "there are no numbers"),
        (lambda: checks.mean(X + 0.2, 0.0, std=1.0), "far from"),
        (lambda: checks.mean(U, 0.6, bounds=(0, 1)), "far from"),
        (lambda: checks.mean(U * 2, 1.0, bounds=(0, 1)), "outside the range"),
        (lambda: checks.mean(U * float("nan"), 1.0, std=1), "far from"),
        (lambda: checks.variance(2 * X, 1.0, mean=0), "far from"),
        (lambda: checks.variance(0.5 * X, 1.0, mean=0), "far from"),
        (lambda: checks.variance(X * float("nan"), 1.0, mean=0), "far from"),
        (lambda: checks.variance(U, 1 / 6, mean=0.5, bounds=(0, 1)), "far from"),
        (lambda: checks.independent(X > 0, X > 0.5), "are not independent"),
        (lambda: checks.independent(X > 0, X <= 0), "are not independent"),
        (lambda: checks.independent(X > 0, X[1:] > 0), "where they should be as many"),
        (lambda: checks.independent(X > 9, X > 0), "the same everywhere"),
    ],
)
def test_wrong_distributions_fail(wrong: object, message: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(message)):
        wrong()  # type: ignore[operator]  # likewise


def test_arrays_and_lists_do_as_well() -> None:
    checks.proportion(np.asarray(U < 0.3), 0.3)
    checks.mean((U < 0.3).double().tolist(), 0.3, bounds=(0, 1))


def test_what_is_declared_is_recorded() -> None:
    chance.forget()
    checks.mean(X, 0.0, "the mean of the weights", std=1.0)
    checks.proportion(U < 0.3, 0.3, "zeros", false_fail=1e-6)
    assert chance.recorded() == [
        chance.Declared("the mean of the weights", 1e-9),
        chance.Declared("zeros", 1e-6),
    ]
    chance.forget()
    assert chance.recorded() == []


@pytest.mark.parametrize("rate", [0.0, -1e-9, 0.02])
def test_a_rate_that_no_test_may_have_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="false_fail must be"):
        checks.mean(X, 0.0, std=1.0, false_fail=rate)


def test_the_author_says_what_is_known_of_the_distribution() -> None:
    with pytest.raises(ValueError, match="either std or bounds"):
        checks.mean(X, 0.0)


@pytest.mark.parametrize(("runs", "succeeds"), [(3, 0.9), (5, 0.99), (10, 0.7), (1, 0.999999)])
def test_no_more_successes_are_needed_than_right_answers_have(runs: int, succeeds: float) -> None:
    def miss(enough: int) -> float:
        generator = np.random.default_rng(0)
        return float((generator.binomial(runs, succeeds, 200_000) < enough).mean())

    enough = checks.needed(runs, succeeds, 0.01)
    assert miss(enough) <= 0.012
    assert enough == runs or miss(enough + 1) > 0.008


def test_learning_is_judged_over_seeds() -> None:
    tried = []

    def run(seed: int) -> float:
        tried.append(seed)
        return 0.9 if seed != 4 else 0.1

    checks.reaches(run, at_least=0.8, succeeds=0.99, false_fail=1e-3)
    assert tried == [0, 1, 2, 3]
    with pytest.raises(AssertionError, match="1 of 3 runs reached the goal, 4 of 5 were needed"):
        checks.reaches(lambda seed: float(seed == 0), at_least=0.8, succeeds=0.999, false_fail=1e-4)
    checks.reaches(lambda _: 0.1, at_most=0.2, succeeds=0.999)
    with pytest.raises(AssertionError):
        checks.reaches(lambda _: float("nan"), at_most=0.2, succeeds=0.999)


def test_a_threshold_that_is_no_test_is_refused() -> None:
    with pytest.raises(ValueError, match="give more seeds"):
        checks.reaches(lambda _: 1.0, at_least=0.5, succeeds=0.5)
    with pytest.raises(ValueError, match="either at_least or at_most"):
        checks.reaches(lambda _: 1.0, succeeds=0.99)


def test_a_bound_from_runs_is_below_the_truth() -> None:
    assert checks.success_bound(0, 10) == 0
    assert checks.success_bound(200, 200, 0.999) == pytest.approx(0.001 ** (1 / 200))
    generator = np.random.default_rng(1)
    found = generator.binomial(50, 0.9, 2_000)
    assert np.mean([checks.success_bound(int(k), 50, 0.9) > 0.9 for k in found]) <= 0.12
