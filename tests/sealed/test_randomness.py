"""Which random states the judge sends: all that changed, and none that did not."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from autograder.sealed import randomness
from autograder.sealed.randomness import RandomStates

USES: dict[str, tuple[str, Callable[[], object]]] = {
    "a number": ("numpy", np.random.rand),
    "a normal number, and one held back": ("numpy", np.random.randn),
    "as many numbers as there are words": ("numpy", lambda: np.random.rand(312)),
    "a seed": ("numpy", lambda: np.random.seed(3)),
    "a state": ("numpy", lambda: np.random.set_state(np.random.get_state())),
    "another number": ("random", random.random),
    "another normal number": ("random", lambda: random.gauss(0, 1)),
    "as many numbers again": ("random", lambda: [random.random() for _ in range(312)]),
    "another seed": ("random", lambda: random.seed(3)),
    "a tensor": ("torch", lambda: torch.rand(1)),
    "a seed of tensors": ("torch", lambda: torch.manual_seed(3)),
}


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> Iterator[RandomStates]:
    before = (np.random.get_state(), random.getstate(), torch.get_rng_state())
    watched = RandomStates()
    for owner in (torch, torch.random, np.random, random):
        for name in ("manual_seed", "seed", "set_rng_state", "set_state", "setstate"):
            if hasattr(owner, name):
                monkeypatch.setattr(owner, name, getattr(owner, name))
    watched.watch()
    yield watched
    monkeypatch.undo()
    np.random.set_state(before[0])
    random.setstate(before[1])
    torch.set_rng_state(before[2])


def test_what_was_used_or_seeded_is_sent_and_nothing_else(states: RandomStates) -> None:
    assert states.changes().keys() == {"numpy", "random", "torch"}
    order = random.Random(0)
    for _ in range(500):
        name = order.choice([*USES, "nothing"])
        which, use = USES.get(name, ("", int))
        use()
        assert states.changes().keys() == {which} - {""}, name


def test_the_state_that_is_sent_gives_the_same_numbers(states: RandomStates) -> None:
    np.random.seed(1)
    np.random.randn()
    sent = states.changes()
    expected = (np.random.randn(), np.random.rand(), random.random(), torch.rand(1).item())
    np.random.rand(5)
    randomness.restore(sent)
    assert (np.random.randn(), np.random.rand(), random.random(), torch.rand(1).item()) == expected
