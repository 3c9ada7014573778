"""Grades on a Dask cluster. Workers need this package and share nothing but the scheduler."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any, Final, final

import dask
from distributed import Client, LocalCluster

from autograder.assignment import Assignment
from autograder.cores import cores
from autograder.errors import OperatorError
from autograder.grading.backend import Outcome, Started
from autograder.grading.fingerprint import fingerprint
from autograder.grading.grade import Submission
from autograder.grading.plain import PlainError, decode, encode
from autograder.grading.policy import Policy
from autograder.grading.pool import EngineFactory
from autograder.grading.received import check_verdict
from autograder.grading.remote_worker import (
    GradingPlugin,
    Order,
    Reply,
    WorkerFacts,
    describe,
    grade_there,
    seal_there,
)

__all__ = ["DaskBackend"]

_REPLY_LIMIT: Final = 512 << 20
_CONNECT_SECONDS: Final = 20.0
_SEAL_SECONDS: Final = 1200.0
_REFRESH_SECONDS: Final = 2.0
_PATIENCE_SECONDS: Final = 900.0
_PLAIN: Final = ["dask", "msgpack"]
"""What a result may be made of. Not pickle: a worker's machine has run student code."""


@final
class DaskBackend:
    """A backend of a Dask cluster's workers.

    A worker that dies costs nothing but time: Dask gives its tasks to another. A scheduler that
    dies is waited for, and what was under way is submitted again.

    Args:
        address: the scheduler's; None for what Dask's configuration says, which without an
            address is a cluster of processes on this machine.
        factory: makes an engine on a worker; has to be importable there.
        workers: how many processes, for a cluster on this machine.
        patience_seconds: how long to wait for a scheduler or for workers.

    Raises:
        OperatorError: there is no scheduler or no worker, or a worker has other versions or
            cannot hold student code.
    """

    def __init__(
        self,
        address: str | None,
        factory: EngineFactory,
        *,
        workers: int | None = None,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._factory = factory
        self._patience_seconds = patience_seconds
        self._cluster: Any = None
        self._client: Any = None
        self._name = ""
        self._names: list[str] = []
        self._order: bytes = b""
        self._assignment: Assignment | None = None
        self._held: dict[str, Submission] = {}
        self._futures: dict[str, Any] = {}
        self._news: SimpleQueue[tuple[int, str, Any] | None] = SimpleQueue()
        self._life = 0
        self._lost_since: float | None = None
        self._next_try = 0.0
        self._threads = 0
        self._refreshed = 0.0
        address = address or dask.config.get("scheduler-address", None)
        if address is None:
            self._cluster = _local_cluster(workers or cores())
            address = self._cluster.scheduler_address
        self._address: str = address
        try:
            self._client = _connect(address, _CONNECT_SECONDS)
            self._engines = self._examine()
        except BaseException:
            self.close()
            raise

    @property
    def description(self) -> str:
        """The scheduler and what it has."""
        return f"{self._threads} at once on the Dask cluster at {self._address}"

    @property
    def slots(self) -> int:
        """Enough that no worker waits for this client."""
        now = time.monotonic()
        if self._lost_since is None and now >= self._refreshed + _REFRESH_SECONDS:
            self._refreshed = now
            with _quiet(), suppress(OSError, TimeoutError):
                self._threads = sum(self._client.nthreads().values())
        return max(4, 3 * self._threads)

    @property
    def engines(self) -> tuple[str, ...]:
        """Those of the workers that were there at the start."""
        return self._engines

    def seal(self, assignment: Assignment, policy: Policy) -> Assignment:
        """Run the reference solution on some worker."""
        name = self._register(encode(Order(assignment, policy, fingerprint())))
        future = self._client.submit(seal_there, name, key=f"{name}-seal", pure=False)
        try:
            reply = decode(Reply, future.result(timeout=_SEAL_SECONDS), limit=_REPLY_LIMIT)
        except (OSError, TimeoutError, PlainError, RuntimeError) as error:
            raise OperatorError(
                f"no worker of {self._address} ran the reference solution: {error}"
            ) from error
        if reply.problem:
            raise OperatorError(f"the reference solution could not be run: {reply.problem}")
        if reply.sealing is None or not reply.sealing.fits(assignment):
            raise OperatorError(f"a worker of {self._address} sealed another assignment")
        return reply.sealing.applied(assignment)

    def begin(self, assignment: Assignment, policy: Policy) -> None:
        """Give the assignment to every worker, those that come later included."""
        self._assignment = assignment
        self._order = encode(Order(assignment, policy, fingerprint()))

    def submit(self, student: str, submission: Submission) -> None:
        """Send a submission."""
        self._held[student] = submission
        if self._lost_since is None:
            if not self._name:
                self._name = self._register(self._order)
            self._send(student)

    def withdraw(self) -> list[str]:
        """Take back what no worker has begun."""
        if self._lost_since is not None:
            students = list(self._held)
            self._held.clear()
            return students
        processing: set[str] = set()
        with suppress(OSError, TimeoutError):
            processing = {key for keys in self._client.processing().values() for key in keys}
        waiting = [
            student
            for student, future in self._futures.items()
            if future.key not in processing and future.status == "pending"
        ]
        for student in waiting:
            self._futures.pop(student).cancel(force=True)
            self._held.pop(student)
        return waiting

    def next(self, seconds: float) -> Started | Outcome | str | None:
        """What came back, or what keeps everything waiting."""
        if self._lost_since is not None:
            return self._return(seconds)
        try:
            news = self._news.get(timeout=seconds)
        except Empty:
            return self._look_after_workers()
        if news is None:
            return None
        life, student, result = news
        if life != self._life or student not in self._held:
            return None
        if isinstance(result, BaseException):
            return self._failed(student, result)
        return self._received(student, result)

    def wake(self) -> None:
        """Let `next` return."""
        self._news.put(None)

    def close(self, *, wait: bool = True) -> None:
        """Leave the cluster as it was found."""
        with _quiet():
            self._life += 1
            client, self._client = self._client, None
            if client is not None:
                if self._lost_since is None and wait:
                    for name in self._names:
                        with suppress(OSError, TimeoutError, RuntimeError):
                            client.unregister_worker_plugin(name)
                with suppress(OSError, TimeoutError, RuntimeError):
                    client.close(timeout=5)
            cluster, self._cluster = self._cluster, None
            if cluster is not None:
                with suppress(OSError, TimeoutError):
                    cluster.close(timeout=10)

    def _send(self, student: str) -> None:
        life = self._life
        key = f"{self._name}-{secrets.token_hex(8)}"
        data = encode(self._held[student])
        future = self._client.submit(grade_there, self._name, data, key=key, pure=False)
        self._futures[student] = future

        def done(finished: Any) -> None:
            try:
                result = finished.result()
            except BaseException as error:  # noqa: BLE001 - judged where it is taken
                result = error
            self._news.put((life, student, result))

        future.add_done_callback(done)

    def _received(self, student: str, data: Any) -> Outcome | None:
        self._forget(student)
        try:
            reply = _read_reply(data, self._assignment)
        except PlainError as error:
            return Outcome(student, None, f"a worker's answer cannot be believed: {error}")
        if reply.refused:
            raise OperatorError(f"{reply.problem}. {_SAME_VERSIONS}")
        return Outcome(student, reply.verdict, reply.problem)

    def _failed(self, student: str, error: BaseException) -> Outcome | str:
        if self._client.status == "running" and type(error).__name__ == "KilledWorker":
            self._forget(student)
            return Outcome(student, None, "the workers that graded it died, one after the other")
        if isinstance(error, TypeError):
            self._forget(student)
            return Outcome(student, None, f"a worker's answer cannot be believed: {error}")
        # Whatever else it is, the scheduler or the way to it is to blame.
        self._lost_since = time.monotonic()
        self._next_try = self._lost_since
        return f"the Dask scheduler {self._address} is away, waiting for it: {_first_line(error)}"

    def _forget(self, student: str) -> None:
        self._futures.pop(student, None)
        self._held.pop(student, None)

    def _return(self, seconds: float) -> str | None:
        """Try to reach the scheduler again, and to go on where it was lost."""
        lost_since = self._lost_since or 0.0
        now = time.monotonic()
        if now - lost_since > self._patience_seconds:
            raise OperatorError(
                f"the Dask scheduler {self._address} was away for {now - lost_since:.0f} s. What "
                "was graded is kept: start it and its workers, and run the same command again"
            )
        time.sleep(min(seconds, max(0.0, self._next_try - now)))
        self._next_try = time.monotonic() + 1.0
        with _quiet():
            try:
                old, self._client = self._client, None
                if old is not None:
                    with suppress(OSError, TimeoutError, RuntimeError):
                        old.close(timeout=1)
                self._client = _connect(self._address, max(seconds, 2.0))
                if not self._client.nthreads():
                    return None
                self._life += 1
                self._futures.clear()
                self._examine()
                self._names.clear()
                self._name = self._register(self._order)
                for student in list(self._held):
                    self._send(student)
            except (OperatorError, OSError, TimeoutError, RuntimeError):
                return None
        self._lost_since = None
        return (
            f"the Dask scheduler is back after {time.monotonic() - lost_since:.0f} s; "
            f"{len(self._held)} submissions are sent again"
        )

    def _look_after_workers(self) -> str | None:
        if self._client.status in {"running", "connecting"}:
            return None
        self._lost_since = self._next_try = time.monotonic()
        return f"the Dask scheduler {self._address} is away, waiting for it"

    def _register(self, order: bytes) -> str:
        name = f"autograder-{secrets.token_hex(8)}"
        self._client.register_plugin(GradingPlugin(name, order, self._factory), name=name)
        self._names.append(name)
        return name

    def _examine(self) -> tuple[str, ...]:
        """Look at every worker; gives the names of their engines.

        Raises:
            OperatorError: there is none, or one of them cannot be used.
        """
        with _quiet():
            try:
                self._client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
                found = self._client.run(describe, self._factory, on_error="return")
            except TimeoutError as error:
                raise OperatorError(
                    f"the Dask scheduler {self._address} has no worker; start some with "
                    f"`dask worker {self._address}`"
                ) from error
        names = []
        for worker, answer in found.items():
            names.append(_checked(worker, answer).engine)
        self._threads = sum(self._client.nthreads().values())
        self._refreshed = time.monotonic()
        return tuple(sorted(set(names)))


_SAME_VERSIONS: Final = (
    "Marks may depend on it, so workers need the same versions as the machine that grades: "
    "install the same autograder with the same requirements.lock on both"
)


def _read_reply(data: Any, assignment: Assignment | None) -> Reply:
    if not isinstance(data, bytes) or assignment is None:
        raise PlainError("it is no answer")
    reply = decode(Reply, data, limit=_REPLY_LIMIT)
    if reply.verdict is not None:
        check_verdict(reply.verdict, assignment)
    return reply


def _checked(worker: str, answer: Any) -> WorkerFacts:
    if not isinstance(answer, bytes):
        raise OperatorError(
            f"worker {worker} cannot run autograder ({_first_line(answer)}). {_SAME_VERSIONS}"
        )
    try:
        facts = decode(WorkerFacts, answer, limit=1 << 20)
    except PlainError as error:
        raise OperatorError(
            f"worker {worker} has another version of autograder ({error}). {_SAME_VERSIONS}"
        ) from error
    if differences := fingerprint().differences(facts.fingerprint):
        raise OperatorError(
            f"worker {worker} on {facts.host}: {'; '.join(differences)}. {_SAME_VERSIONS}"
        )
    if not facts.engine:
        raise OperatorError(f"worker {worker} on {facts.host}: {facts.problem}")
    return facts


def _connect(address: str, seconds: float) -> Any:
    try:
        with _quiet():
            return Client(
                address,
                timeout=seconds,
                set_as_default=False,
                deserializers=_PLAIN,
                name="autograder",
            )
    except (OSError, TimeoutError, ValueError) as error:
        raise OperatorError(
            f"the Dask scheduler {address} cannot be reached: {_first_line(error)}. Start one "
            "with `dask scheduler`"
        ) from error


def _local_cluster(workers: int) -> Any:
    # Each worker is to have one engine; the students' processes are not its own memory.
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        # Ctrl-C in the terminal is for the client alone, which lets them finish.
        preload="import os; os.setpgid(0, 0)",
    )


def _first_line(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:500] if lines else type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Dask's own lines and tracebacks about what is handled here."""
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
