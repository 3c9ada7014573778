"""Several engines at work at once, one a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from types import TracebackType
from typing import Self, TypeVar, final

from autograder.cores import cores
from autograder.sealed.model import Engine

__all__ = ["EngineFactory", "EnginePool"]

EngineFactory = Callable[[], Engine]
Item = TypeVar("Item")
Result = TypeVar("Result")


@final
class EnginePool:
    """Maps work over engines, which are made when they are first needed.

    An engine mostly waits for the processes it started, so threads are enough.

    Args:
        factory: makes an engine.
        workers: how many at once; the number of cores by default.
    """

    def __init__(self, factory: EngineFactory, workers: int | None = None) -> None:
        self._factory = factory
        self._workers = max(1, workers or cores())
        self._resources = ExitStack()
        self._lock = threading.Lock()
        self._idle: list[Engine] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._resources.close()

    def run(self, work: Callable[[Engine], Result]) -> Result:
        """Do one piece of work on some idle engine."""
        with self._lock:
            engine = (
                self._idle.pop() if self._idle else self._resources.enter_context(self._factory())
            )
        try:
            return work(engine)
        finally:
            with self._lock:
                self._idle.append(engine)

    def map(
        self, work: Callable[[Item, Engine], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]:
        """Do `work` for every item; pairs come as they are done.

        When the iteration is given up, what has not begun is dropped.
        """

        def one(item: Item) -> Result:
            return self.run(lambda engine: work(item, engine))

        with ThreadPoolExecutor(self._workers, thread_name_prefix="engine") as threads:
            futures: dict[Future[Result], Item] = {
                threads.submit(one, item): item for item in items
            }
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            finally:
                threads.shutdown(wait=True, cancel_futures=True)
