"""Grades on this machine: threads, each with an engine of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from typing import final

from autograder.assignment import Assignment
from autograder.cores import cores
from autograder.grading.backend import Outcome, Started, outcome_of
from autograder.grading.grade import Submission
from autograder.grading.policy import Policy
from autograder.grading.pool import EngineFactory
from autograder.grading.sealing import seal
from autograder.sealed.model import Engine

__all__ = ["LocalBackend"]

_Work = Callable[[Callable[[], Engine]], None]


@final
class LocalBackend:
    """A backend of threads. An engine mostly waits for the processes that it started.

    The threads do not keep the program from ending: whoever leaves in a hurry loses only what
    is being graded.

    Args:
        factory: makes an engine; called when a thread has its first work.
        workers: how many at once; the number of cores by default.
    """

    def __init__(self, factory: EngineFactory, workers: int | None = None) -> None:
        self._factory = factory
        self._workers = max(1, workers or cores())
        self._work: SimpleQueue[tuple[_Work, str] | None] = SimpleQueue()
        self._news: SimpleQueue[Started | Outcome | None] = SimpleQueue()
        self._closed = threading.Event()
        self._context: tuple[Assignment, Policy] | None = None
        self._threads: list[threading.Thread] = []
        self._name = factory().name

    @property
    def description(self) -> str:
        """How many at once."""
        return f"{self._workers} at once on this machine"

    @property
    def slots(self) -> int:
        """Enough that no thread waits while the gradebook is written."""
        return 2 * self._workers

    @property
    def engines(self) -> tuple[str, ...]:
        """The one that the factory makes."""
        return (self._name,)

    def seal(self, assignment: Assignment, policy: Policy) -> Assignment:
        """Run the reference solution on one engine."""
        done: Future[Assignment] = Future()

        def work(engine: Callable[[], Engine]) -> None:
            try:
                done.set_result(seal(assignment, engine(), policy.limits))
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                done.set_exception(error)

        self._put(work)
        return done.result()

    def begin(self, assignment: Assignment, policy: Policy) -> None:
        """Remember what submissions are measured against."""
        self._context = assignment, policy

    def submit(self, student: str, submission: Submission) -> None:
        """Queue a submission."""
        if self._context is None:
            raise ValueError("the backend was not told what to grade")
        assignment, policy = self._context

        def work(engine: Callable[[], Engine]) -> None:
            self._news.put(Started(student))
            self._news.put(outcome_of(student, assignment, submission, policy, engine))

        self._put(work, student)

    def withdraw(self) -> list[str]:
        """Empty the queue."""
        students = []
        with suppress(Empty):
            while (item := self._work.get_nowait()) is not None:
                students.append(item[1])
        return students

    def next(self, seconds: float) -> Started | Outcome | None:
        """What a thread said last."""
        try:
            return self._news.get(timeout=seconds)
        except Empty:
            return None

    def wake(self) -> None:
        """Let `next` return."""
        self._news.put(None)

    def close(self, *, wait: bool = True) -> None:
        """End the threads.

        Args:
            wait: until each has closed its engine. Otherwise those that are grading do so later.
        """
        self._closed.set()
        for _ in self._threads:
            self._work.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _put(self, work: _Work, student: str = "") -> None:
        self._work.put((work, student))
        if len(self._threads) < self._workers:
            thread = threading.Thread(target=self._run, name="engine", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self) -> None:
        with ExitStack() as resources:
            made: list[Engine] = []

            def engine() -> Engine:
                if not made:
                    made.append(resources.enter_context(self._factory()))
                return made[0]

            while (item := self._work.get()) is not None and not self._closed.is_set():
                item[0](engine)
