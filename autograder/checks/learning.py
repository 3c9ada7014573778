"""Whether something learns, over several seeds, so that no right answer needs luck."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from autograder.checks import chance

__all__ = ["needed", "reaches", "success_bound"]


def reaches(
    run: Callable[[int], float],
    what: str = "the result",
    *,
    succeeds: float,
    at_least: float | None = None,
    at_most: float | None = None,
    seeds: Iterable[int] = range(5),
    false_fail: float = chance.DEFAULT,
) -> None:
    """Fail unless enough of several runs reach a threshold.

    How many are enough follows from how often the reference solution reaches it: the most that a
    right answer misses with a chance of at most `false_fail`. Runs end as soon as it is decided.

    Args:
        run: trains with a seed and gives the score.
        what: begins the message, in the student's words.
        succeeds: a lower bound of the chance that one run of a right answer reaches the threshold,
            measured beforehand (`success_bound`).
        at_least: the threshold, where more is better.
        at_most: or else the threshold where less is better.
        seeds: one a run.
        false_fail: the chance that a right answer fails.

    Raises:
        AssertionError: too few runs reached it.
        ValueError: no number of runs would be a test; give more seeds or a lower threshold.

    Examples:
        >>> from autograder import checks
        >>> accuracy = {0: 0.91, 1: 0.88, 2: 0.93}
        >>> checks.reaches(accuracy.get, "the accuracy", at_least=0.85, succeeds=0.9999,
        ...                seeds=range(3))
    """
    if (at_least is None) == (at_most is None):
        raise ValueError("checks.reaches: give either at_least or at_most")
    every = list(seeds)
    enough = needed(len(every), succeeds, false_fail)
    if enough < 1:
        raise ValueError(
            f"checks.reaches: with {len(every)} seeds and succeeds={succeeds} a right answer may "
            f"miss all of them with a chance above {false_fail:g}; give more seeds, or a threshold "
            "that is reached more often"
        )
    chance.declare(what, false_fail)
    reached = missed = 0
    for seed in every:
        score = float(run(seed))
        good = score >= at_least if at_least is not None else score <= (at_most or 0.0)
        reached, missed = reached + good, missed + (not good)
        if reached >= enough:
            return
        if missed > len(every) - enough:
            break
    raise AssertionError(
        f"{what}: {reached} of {reached + missed} runs reached the goal, "
        f"{enough} of {len(every)} were needed."
    )


def needed(runs: int, succeeds: float, false_fail: float = chance.DEFAULT) -> int:
    """The most successes to ask for, so that a right answer misses them with this chance at most.

    Args:
        runs: how many there are.
        succeeds: the chance that one of a right answer's succeeds.
        false_fail: the chance allowed.

    Examples:
        >>> from autograder.checks import needed
        >>> needed(5, 0.99, 1e-6)
        2
    """
    missed = 0.0
    for enough in range(runs + 1):
        missed += math.comb(runs, enough) * succeeds**enough * (1 - succeeds) ** (runs - enough)
        if missed > false_fail:
            return enough
    return runs


def success_bound(successes: int, runs: int, confidence: float = 0.999) -> float:
    """A lower bound of a chance, from how often it came true (Clopper and Pearson, 1934).

    Args:
        successes: how many runs succeeded.
        runs: of how many.
        confidence: with which the true chance is above the bound.

    Examples:
        >>> from autograder.checks import success_bound
        >>> round(success_bound(200, 200), 3)
        0.966
    """
    if not successes:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        tail = sum(
            math.comb(runs, k) * middle**k * (1 - middle) ** (runs - k)
            for k in range(successes, runs + 1)
        )
        low, high = (middle, high) if tail < 1 - confidence else (low, middle)
    return low
