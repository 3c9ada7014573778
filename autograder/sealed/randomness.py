"""The states of the global random generators, sent one way: from the judge to the student."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import Any, final

import numpy as np
import torch

from autograder.sealed.wire import Plain

__all__ = ["RandomStates", "restore"]


@final
class RandomStates:
    """Notices which generators the judge has used or seeded since the student last heard.

    A generator that is seeded again with the same seed has the same state but was touched, so
    seeding functions are watched besides the states.
    """

    def __init__(self) -> None:
        self._seen: dict[str, Any] = {}
        self._seeded = {"torch": True, "numpy": True, "random": True}

    def watch(self) -> None:
        """Watch this process's seeding functions. Once per process."""
        for owner, name, which in (
            (torch, "manual_seed", "torch"),
            (torch.random, "manual_seed", "torch"),
            (torch, "seed", "torch"),
            (torch, "set_rng_state", "torch"),
            (torch.random, "set_rng_state", "torch"),
            (np.random, "seed", "numpy"),
            (np.random, "set_state", "numpy"),
            (random, "seed", "random"),
            (random, "setstate", "random"),
        ):
            setattr(owner, name, self._watched(getattr(owner, name), which))

    def _watched(self, function: Callable[..., Any], which: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def seeding(*args: Any, **kwargs: Any) -> Any:
            self._seeded[which] = True
            return function(*args, **kwargs)

        return seeding

    def changes(self) -> dict[str, Plain]:
        """The states that the student does not know, as plain data."""
        found: dict[str, Plain] = {}
        bits = torch.get_rng_state().numpy().tobytes()
        if self._is_new("torch", bits):
            found["torch"] = memoryview(bits)
        _, key, position, has_gauss, gauss = np.random.get_state()
        state = (np.asarray(key).tobytes(), int(position), int(has_gauss), float(gauss))
        if self._is_new("numpy", state):
            found["numpy"] = state
        version, words, following = random.getstate()
        if self._is_new("random", (words, following)):
            found["random"] = (version, list(words), following)
        return found

    def _is_new(self, which: str, state: Any) -> bool:
        if not self._seeded[which] and self._seen.get(which) == state:
            return False
        self._seeded[which] = False
        self._seen[which] = state
        return True


def restore(states: dict[str, Plain]) -> None:
    """Set this process's generators to states that `RandomStates.changes` gave."""
    if "torch" in states:
        torch.set_rng_state(torch.frombuffer(states["torch"], dtype=torch.uint8).clone())
    if "numpy" in states:
        numbers, position, has_gauss, gauss = states["numpy"]
        key = np.frombuffer(numbers, np.uint32)
        np.random.set_state(("MT19937", key, position, has_gauss, gauss))
    if "random" in states:
        version, words, following = states["random"]
        random.setstate((version, tuple(words), following))
