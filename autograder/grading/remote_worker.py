"""What runs inside a Dask worker: an engine that is kept, and one task a submission."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar, final

from distributed import WorkerPlugin, get_worker

from autograder.assignment import Assignment
from autograder.grading.backend import outcome_of
from autograder.grading.fingerprint import Fingerprint, fingerprint
from autograder.grading.grade import Submission
from autograder.grading.plain import PlainError, decode, encode
from autograder.grading.policy import Policy
from autograder.grading.pool import EngineFactory, EnginePool
from autograder.grading.sealing import Sealing, seal
from autograder.grading.verdict import Verdict
from autograder.sealed import EngineError
from autograder.sealed.model import Engine

__all__ = [
    "INPUT_LIMIT",
    "GradingPlugin",
    "Order",
    "Reply",
    "WorkerFacts",
    "describe",
    "grade_there",
    "seal_there",
]

INPUT_LIMIT: Final = 2 << 30
_IDLE_SECONDS: Final = 120.0
Result = TypeVar("Result")


@final
@dataclass(frozen=True, slots=True)
class Order:
    """What every task of a run has in common.

    Args:
        assignment: what submissions are measured against.
        policy: under which bounds.
        fingerprint: of whoever asked, which the worker's own has to equal.
    """

    assignment: Assignment
    policy: Policy
    fingerprint: Fingerprint


@final
@dataclass(frozen=True, slots=True)
class Reply:
    """What comes back from a task.

    Args:
        verdict: what grading gave, if it did.
        sealing: what sealing gave, if that was asked for.
        problem: why there is neither.
        refused: no task of this run can succeed on this worker.
        host: the machine that did it.
    """

    verdict: Verdict | None = None
    sealing: Sealing | None = None
    problem: str = ""
    refused: bool = False
    host: str = ""


@final
@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What a client has to know of a worker before it sends work there.

    Args:
        fingerprint: what is installed.
        engine: the name of its engine; empty if it cannot hold student code.
        problem: why it cannot.
        host: the machine.
    """

    fingerprint: Fingerprint
    engine: str
    problem: str
    host: str


def describe(factory: EngineFactory) -> bytes:
    """`WorkerFacts` of the worker that runs this, encoded."""
    engine, problem = "", ""
    try:
        engine = factory().name
    except EngineError as error:
        problem = str(error)
    return encode(WorkerFacts(fingerprint(), engine, problem, socket.gethostname()))


class GradingPlugin(WorkerPlugin):
    """Knows what one run grades, and holds the worker's engines while it lasts.

    Args:
        name: names the run.
        order: an encoded `Order`.
        factory: makes an engine.
    """

    def __init__(self, name: str, order: bytes, factory: EngineFactory) -> None:
        self.name = name
        self._bytes = order
        self._factory = factory

    def setup(self, worker: Any) -> None:
        """Called by the worker before it takes tasks of the run."""
        del worker
        self._order: Order | None = None
        self._engines = _engines_of(self._factory)
        self._engines.hold()

    def teardown(self, worker: Any) -> None:
        """Called by the worker when the run or the worker ends."""
        del worker
        self._engines.release()

    def grade(self, submission: bytes) -> Reply:
        """Grade an encoded submission."""
        order = self._ready()
        if isinstance(order, Reply):
            return order
        try:
            handed_in = decode(Submission, submission, limit=INPUT_LIMIT)
        except PlainError as error:
            return Reply(problem=f"the submission did not arrive whole: {error}")
        outcome = self._engines.run(
            lambda engine: outcome_of("", order.assignment, handed_in, order.policy, lambda: engine)
        )
        return Reply(verdict=outcome.verdict, problem=outcome.problem, host=socket.gethostname())

    def seal(self) -> Reply:
        """Decide which cells are open."""
        order = self._ready()
        if isinstance(order, Reply):
            return order
        sealed = self._engines.run(
            lambda engine: seal(order.assignment, engine, order.policy.limits)
        )
        return Reply(sealing=Sealing.of(sealed), host=socket.gethostname())

    def _ready(self) -> Order | Reply:
        order = self._order
        if order is None:
            try:
                order = self._order = decode(Order, self._bytes, limit=INPUT_LIMIT)
            except PlainError as error:
                return Reply(problem=f"the assignment did not arrive whole: {error}")
        if differences := order.fingerprint.differences(fingerprint()):
            where = f"the worker on {socket.gethostname()}"
            return Reply(problem=f"{where}: {'; '.join(differences)}", refused=True)
        return order


@final
class _Engines:
    """The engines of a worker, warm between tasks and between runs.

    They are closed when no run is left, and when there was nothing to do for two minutes: a
    client that was killed ends no run.
    """

    def __init__(self, factory: EngineFactory) -> None:
        self._factory = factory
        self._lock = threading.Condition()
        self._pool: EnginePool | None = None
        self._runs = 0
        self._busy = 0
        self._latest = 0.0
        self._watched = False

    def hold(self) -> None:
        """Another run begins."""
        with self._lock:
            self._runs += 1

    def release(self) -> None:
        """A run ends."""
        with self._lock:
            self._runs -= 1
            pool = self._unused() if not self._runs else None
        _close(pool)

    def run(self, work: Callable[[Engine], Result]) -> Result:
        """Do something with an engine."""
        with self._lock:
            self._busy += 1
            if self._pool is None:
                self._pool = EnginePool(self._factory)
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, name="idle engines", daemon=True).start()
            pool = self._pool
        try:
            return pool.run(work)
        finally:
            with self._lock:
                self._busy -= 1
                self._latest = time.monotonic()
                last = self._unused() if not self._runs else None
            _close(last)

    def _unused(self) -> EnginePool | None:
        """Take the pool out, if nobody works with it; the lock is held."""
        if self._busy:
            return None
        pool, self._pool = self._pool, None
        self._lock.notify_all()
        return pool

    def _watch(self) -> None:
        while True:
            with self._lock:
                self._lock.wait(_IDLE_SECONDS / 4)
                idle = time.monotonic() - self._latest > _IDLE_SECONDS
                pool = self._unused() if idle else None
                done = self._pool is None
                if done:
                    self._watched = False
            _close(pool)
            if done:
                return


@cache
def _engines_of(factory: EngineFactory) -> _Engines:
    return _Engines(factory)


def _close(pool: EnginePool | None) -> None:
    if pool is not None:
        pool.__exit__(None, None, None)


def grade_there(name: str, submission: bytes) -> bytes:
    """The task: an encoded submission in, an encoded `Reply` out."""
    return _answer(name, lambda plugin: plugin.grade(submission))


def seal_there(name: str) -> bytes:
    """The task that decides which cells are open."""
    return _answer(name, lambda plugin: plugin.seal())


def _answer(name: str, work: Any) -> bytes:
    plugin = get_worker().plugins.get(name)
    if not isinstance(plugin, GradingPlugin):
        return encode(Reply(problem=f"the worker on {socket.gethostname()} was not prepared"))
    try:
        return encode(work(plugin))
    except Exception as error:  # noqa: BLE001 - said to whoever asked, who decides
        return encode(Reply(problem=f"{type(error).__name__}: {error}"[:2_000]))
