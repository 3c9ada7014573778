from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from autograder import checks
from tests.sealed.pair import graded, plain

RIGHT = """
import torch, numpy as np, random
def double(x): return x * 2
def drop(x, p): return x * (torch.rand(x.shape) >= p) / (1 - p)
def shuffled(items): return sorted(items, key=lambda _: random.random())
"""
WRONG = """
import torch, numpy as np, random
cache = {}
def in_place(x): return x.mul_(2)
def in_place_list(items): items.sort(); return items
def in_place_dict(*, state): state["step"] = 1
def in_place_array(x): x += 1; return x
def seeds_torch(x): torch.manual_seed(0); return x * torch.rand(x.shape)
def seeds_numpy(x): np.random.seed(0); return x
def seeds_random(x): random.seed(1); return x * random.random()
def draws(x): torch.rand(1); return x
def dtype(x): torch.set_default_dtype(torch.float64); return x
def grad(x): torch.set_grad_enabled(False); return x
def remembers(x):
    cache["x"] = cache.get("x", 0.0) + x
    return cache["x"]
"""
PASSING = [
    "checks.unchanged(double, torch.ones(3))",
    "checks.unchanged(double, np.ones(3))",
    "checks.unchanged(double, torch.tensor([float('nan')]))",
    "checks.unchanged(drop, torch.ones(3), p=0.2)",
    "checks.pure(double, torch.ones(3))",
    "checks.pure(drop, torch.ones(3), 0.5, random=True)",
    "checks.pure(shuffled, [1, 2, 3], random=True)",
    "checks.repeatable(double, [(torch.ones(3),), (torch.zeros(2),)])",
    "assert checks.unchanged(double, 3) == 6",
    "assert checks.pure(double, 3) == 6",
]
FAILING = [
    ("checks.unchanged(in_place, torch.ones(3), what='f')", "f changes its argument number 1 in"),
    ("checks.unchanged(in_place_list, [2, 1], what='f')", "f changes its argument number 1 in"),
    ("checks.unchanged(in_place_dict, state={'step': 0}, what='f')", "its argument state in place"),
    ("checks.unchanged(in_place_array, np.ones(2), what='f')", "f changes its argument number 1"),
    ("checks.pure(seeds_torch, torch.ones(2), what='f', random=True)", "f seeds torch's global"),
    ("checks.pure(seeds_torch, torch.ones(2), what='f')", "f draws from torch's global random"),
    ("checks.pure(seeds_numpy, 1, what='f', random=True)", "f seeds numpy's global"),
    ("checks.pure(seeds_random, 1, what='f', random=True)", "f seeds the global generator of the"),
    ("checks.pure(draws, 1, what='f')", "nothing in it is random"),
    ("checks.pure(dtype, 1, what='f')", "f changes torch's default dtype"),
    ("checks.repeatable(remembers, [(1.0,), (2.0,)], 'f')", "called again with the same arguments"),
]


@pytest.fixture(autouse=True)
def _state() -> Any:
    dtype, states = torch.get_default_dtype(), (torch.get_rng_state(), random.getstate())
    legacy = np.random.get_state()
    yield
    torch.set_default_dtype(dtype)
    torch.set_rng_state(states[0])
    random.setstate(states[1])
    np.random.set_state(legacy)


def in_one_process(solution: str, test: str) -> None:
    namespace: dict[str, Any] = {"checks": checks, "torch": torch, "np": np}
    exec(solution, namespace)
    exec(test, namespace)


@pytest.mark.parametrize("test", PASSING)
def test_a_well_behaved_function_passes(test: str) -> None:
    in_one_process(RIGHT, test)


@pytest.mark.parametrize(("test", "message"), FAILING)
def test_a_function_with_side_effects_fails(test: str, message: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(message)):
        in_one_process(WRONG, test)


SEALED = "from autograder import checks\nimport torch, numpy as np\n"
FAILS = """
def fails(call, message):
    try:
        call()
    except AssertionError as error:
        assert message in str(error), error
    else:
        raise AssertionError("passed: " + message)
"""


def test_the_same_holds_where_student_code_has_a_process_of_its_own() -> None:
    calls = [f"fails(lambda: {test}, {message!r})" for test, message in FAILING]
    failure = graded(RIGHT + WRONG, "\n".join([SEALED, FAILS, *PASSING, *calls]))
    assert failure is None, plain(failure)


def test_a_call_within_a_call_is_watched_once() -> None:
    solution = "def outer(f, x): return f(x) + 1\ndef inner(x): return x * 2"
    test = "assert checks.unchanged(outer, lambda x: inner(x), torch.ones(1)).item() == 3"
    failure = graded(solution, SEALED + test)
    assert failure is None, plain(failure)


def test_an_error_of_the_function_itself_comes_through() -> None:
    def broken(_: object) -> None:
        raise KeyError("missing")

    functions: list[Callable[..., Any]] = [checks.unchanged, checks.pure]
    for check in functions:
        with pytest.raises(KeyError):
            check(broken, 1)
    failure = graded(
        "def broken(x): raise KeyError('missing')",
        SEALED + "try:\n    checks.pure(broken, 1)\nexcept KeyError:\n    pass",
    )
    assert failure is None, plain(failure)
