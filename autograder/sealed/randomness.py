"""The states of the global random generators, sent one way: from the judge to the student."""

from __future__ import annotations

import ctypes
import functools
import random
from collections.abc import Callable
from typing import Any, Final, final

import numpy as np
import torch

from autograder.sealed.wire import Plain

__all__ = ["RandomStates", "restore"]

_MT19937_BYTES: Final = 624 * 4 + 4
"""Its words and the place of the next one, as `ctypes.state_address` has them."""

_SOME_WORDS: Final = 16


@final
class RandomStates:
    """Notices which generators the judge has used or seeded since the student last heard.

    A generator that is seeded again with the same seed has the same state but was touched, so
    seeding functions are watched besides the states.
    """

    def __init__(self) -> None:
        self._seen: dict[str, Any] = {}
        self._seeded = {"torch": True, "numpy": True, "random": True}
        self._holds_gauss = False
        self._mark: bytes | None = None
        self._generator: object = None
        self._address = 0

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
            found["torch"] = bytearray(bits)
        mark = self._numpy_mark()
        if mark is None or mark != self._mark or self._seeded["numpy"]:
            _, key, position, has_gauss, gauss = np.random.get_state()
            state = (np.asarray(key).tobytes(), int(position), int(has_gauss), float(gauss))
            if self._is_new("numpy", state):
                found["numpy"] = state
            self._mark, self._holds_gauss = mark, bool(has_gauss)
        version, words, following = random.getstate()
        # The words are made anew all at once, so that some of them speak for the others.
        if self._is_new("random", (words[:_SOME_WORDS], words[-1], following)):
            found["random"] = (version, list(words), following)
        return found

    def _numpy_mark(self) -> bytes | None:
        """What differs whenever numpy's state does; to ask for the state takes thirty times longer.

        None while the generator holds a number back: giving that away leaves its words alone.
        """
        generator = np.random.mtrand.get_bit_generator()
        if self._holds_gauss or type(generator) is not np.random.MT19937:
            return None
        if generator is not self._generator:
            self._generator = generator
            self._address = generator.ctypes.state_address
        return ctypes.string_at(self._address, _MT19937_BYTES)

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
