from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from autograder.sealed.parsing import parse

SOURCE = "\n".join(f"def f{i}(x):\n    return [x * {i} for x in range(x)]" for i in range(40))


@contextmanager
def other_threads_come_in_between() -> Iterator[None]:
    """Each garbage collection, of which there are many, lets them."""

    def let_others(_phase: str, _info: dict[str, Any]) -> None:
        time.sleep(0)

    before = gc.get_threshold()
    gc.callbacks.append(let_others)
    gc.set_threshold(200)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(let_others)


def test_threads_may_parse_at_the_same_moment() -> None:
    with other_threads_come_in_between(), ThreadPoolExecutor(2) as threads:
        trees = list(threads.map(parse, [SOURCE] * 60))
    assert all(len(tree.body) == 40 for tree in trees)
