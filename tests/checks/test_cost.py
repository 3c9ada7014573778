from __future__ import annotations

import pytest
import torch

from autograder import checks
from tests.sealed.pair import graded, plain

SOLUTION = """
import numpy as np
import torch
def linear(n):
    total = torch.zeros(n, 1)
    for part in torch.ones(n, 1).split(16):
        total = total + part.sum()
    return total
def square(n): return (torch.ones(n, 1) @ torch.ones(1, n)).sum(1)
def square_numpy(n): return np.ones((n, n)).sum(1)
def square_lists(n): return [sum([float(i * j) for i in range(n)] for j in range(n))[0] if 0 else
                             len([[1.5 * i * j for i in range(n)] for j in range(n)])][0]
def steps(n):
    x = torch.zeros(3)
    for _ in range(n): x = x + 1
    return x
def search(f, n): return min(f(i) for i in range(n))
"""
PASSING = [
    "checks.growth(linear, [256, 512, 1024], of='peak', at_most=1.3)",
    "checks.growth(steps, [20, 40], of='operations', at_most=1.1)",
    "assert checks.cost(lambda: steps(7)).operations in (8, 9)",
    "assert 4 * 100 * 100 <= checks.cost(lambda: square(100)).peak < 8 * 100 * 100",
    "assert checks.cost(lambda: steps(500)).peak < 50 * 500",
    "f = checks.counted(lambda i: -i); search(f, 5); assert f.calls == 5",
]
FAILING = [
    ("checks.growth(square, [256, 512], 'memory', of='peak', at_most=1.3)", "grows like n ** 2.0"),
    ("checks.growth(square_numpy, [256, 512], of='peak', at_most=1.3)", "grows like n ** 2.0"),
    ("checks.growth(square_lists, [64, 256], of='peak', at_most=1.3)", "grows like n ** "),
    ("checks.growth(steps, [20, 40], of='operations', at_most=0.5)", "at most n ** 0.5 is allowed"),
]


@pytest.mark.parametrize("test", PASSING)
def test_costs_are_counted(test: str) -> None:
    namespace = {"checks": checks}
    exec(SOLUTION, namespace)
    exec(test, namespace)


@pytest.mark.parametrize(("test", "message"), FAILING)
def test_growth_is_found(test: str, message: str) -> None:
    namespace = {"checks": checks}
    exec(SOLUTION, namespace)
    with pytest.raises(AssertionError) as failure:
        exec(test, namespace)
    assert message in str(failure.value)


def test_the_same_holds_where_student_code_has_a_process_of_its_own() -> None:
    lines = ["from autograder import checks", *PASSING]
    for test, message in FAILING:
        lines += [f"try: {test}", f"except AssertionError as e: assert {message!r} in str(e), e"]
        lines += ["else: raise AssertionError('passed')"]
    failure = graded(SOLUTION, "\n".join(lines))
    assert failure is None, plain(failure)


def test_the_cost_of_the_test_itself_is_not_the_students() -> None:
    test = """
from autograder import checks
import torch
used = checks.cost(lambda: (torch.ones(1000, 1000).sum(), double(torch.ones(2))))
assert used.operations == 1 and used.peak < 100_000, used
"""
    failure = graded("def double(x): return x * 2", test)
    assert failure is None, plain(failure)


def test_the_counted_function_is_called_by_the_student() -> None:
    test = """
from autograder import checks
f = checks.counted(lambda i: -i)
assert search(f, 5) == -4
assert f.calls == 5
"""
    failure = graded(SOLUTION, test)
    assert failure is None, plain(failure)


def test_two_at_once_are_refused() -> None:
    with pytest.raises(RuntimeError, match="something is recording already"):
        checks.cost(lambda: checks.cost(lambda: torch.ones(1)))
    assert checks.cost(lambda: torch.ones(1)).operations == 1


@pytest.mark.parametrize("sizes", [[1], [2, 1], [1, 1]])
def test_sizes_must_rise(sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="rising sizes"):
        checks.growth(torch.ones, sizes, of="peak", at_most=1)
