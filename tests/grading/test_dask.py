from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading import cluster as cluster_module
from autograder.grading.batch import grade_assignment
from autograder.grading.cache import course_cache
from autograder.grading.cluster import DaskBackend
from autograder.grading.fingerprint import fingerprint
from autograder.grading.plain import decode, encode
from autograder.grading.remote_worker import Reply, grade_there
from autograder.grading.verdict import SubmissionStatus
from tests.gradebooks import with_gradebook
from tests.grading.fakes import Heard, SlowFactory, hand_in_class

ROOT = Path(__file__).parents[2]
FAST = SlowFactory()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler and two worker processes on this machine."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", memory_limit=0
    ) as cluster:
        yield cluster


def test_a_class_is_graded_on_workers_and_not_twice(course: Course, cluster: Any) -> None:
    with_gradebook(course)
    students = hand_in_class(course, 20)
    cache = course_cache(course)
    address = cluster.scheduler_address
    report = grade_assignment(course, "square", backend=DaskBackend(address, FAST), cache=cache)
    assert list(report.verdicts) == students
    assert {verdict.score for verdict in report.verdicts.values()} == {3}
    assert (course.step("autograded", "s007", "square") / "square.ipynb").is_file()
    again = grade_assignment(course, "square", backend=DaskBackend(address, FAST), cache=cache)
    assert again.unchanged == set(students)


def test_a_killed_worker_costs_nobody_a_mark(course: Course, cluster: Any) -> None:
    with_gradebook(course)
    students = hand_in_class(course, 30)

    def kill() -> None:
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

    heard = Heard(after=5, act=kill)
    backend = DaskBackend(cluster.scheduler_address, SlowFactory(0.05))
    report = grade_assignment(course, "square", backend=backend, progress=heard)
    assert list(report.verdicts) == students
    assert sorted(heard.students) == students
    assert {verdict.score for verdict in report.verdicts.values()} == {3}


def test_workers_with_other_versions_are_refused(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = {**fingerprint().libraries, "torch": "2.0.0"}
    mine = replace(fingerprint(), package="0" * 64, libraries=libraries)
    monkeypatch.setattr(cluster_module, "fingerprint", lambda: mine)
    with pytest.raises(OperatorError, match=r"autograder is another version.*torch is .*not 2.0.0"):
        DaskBackend(cluster.scheduler_address, FAST)


def test_a_worker_that_comes_later_with_other_versions_ends_the_run(
    course: Course, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_gradebook(course)
    hand_in_class(course, 2)
    backend = DaskBackend(cluster.scheduler_address, FAST)
    mine = replace(fingerprint(), python="3.11.999")
    monkeypatch.setattr(cluster_module, "fingerprint", lambda: mine)
    with pytest.raises(OperatorError, match=r"Python is .*not 3.11.999"):
        grade_assignment(course, "square", backend=backend)


BOMB = Path(tempfile.gettempdir(), "autograder-test-bomb")


class Bomb:
    """What a worker could send in place of an answer."""

    def __reduce__(self) -> Any:
        return Path.touch, (BOMB,)


def answer_with_a_bomb(name: str, submission: bytes) -> Bomb:
    return Bomb()


def answer_with_nonsense(name: str, submission: bytes) -> bytes:
    return b"AGP\n" + bytes(100)


def answer_with_too_many_points(name: str, submission: bytes) -> bytes:
    reply = decode(Reply, grade_there(name, submission), limit=1 << 20)
    assert reply.verdict is not None
    cells = tuple(replace(cell, points=cell.points + 1) for cell in reply.verdict.cells)
    return encode(replace(reply, verdict=replace(reply.verdict, cells=cells)))


def test_answers_that_are_no_verdicts_are_neither_believed_nor_unpickled(
    course: Course, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_gradebook(course)
    students = hand_in_class(course, 2)
    BOMB.unlink(missing_ok=True)
    for answer in (answer_with_nonsense, answer_with_a_bomb, answer_with_too_many_points):
        monkeypatch.setattr(cluster_module, "grade_there", answer)
        backend = DaskBackend(cluster.scheduler_address, FAST)
        report = grade_assignment(course, "square", backend=backend)
        assert report.quarantined == students
        assert "cannot be believed" in report.verdicts["s000"].reason
        assert report.verdicts["s000"].status is SubmissionStatus.QUARANTINED
    assert not BOMB.exists()


def test_without_a_scheduler_or_workers_it_says_what_to_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster_module, "_CONNECT_SECONDS", 1.0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(OperatorError, match=r"cannot be reached.*dask scheduler"):
            DaskBackend(address, FAST)
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as empty,
        pytest.raises(OperatorError, match="has no worker; start some with `dask worker"),
    ):
        DaskBackend(empty.scheduler_address, FAST)


class Cluster:
    """A scheduler and a worker as a department would start them: two commands."""

    def __init__(self, port: int) -> None:
        self.address = f"tcp://127.0.0.1:{port}"
        with ExitStack() as failed:
            self.scheduler = failed.enter_context(
                _start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
            )
            self.worker = failed.enter_context(
                _start("worker", self.address, "--nthreads", "2", "--no-dashboard", "--no-nanny")
            )
            failed.pop_all()

    def kill(self) -> None:
        for process in (self.scheduler, self.worker):
            process.kill()
            process.wait()


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_scheduler_that_was_restarted_is_waited_for(course: Course) -> None:
    with_gradebook(course)
    students = hand_in_class(course, 30)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clusters = [Cluster(port)]

    def restart() -> None:
        clusters[0].kill()
        clusters.append(Cluster(port))

    heard = Heard(after=6, act=restart)
    try:
        backend = DaskBackend(clusters[0].address, SlowFactory(0.1))
        report = grade_assignment(course, "square", backend=backend, progress=heard)
    finally:
        for each in clusters:
            each.kill()
    assert list(report.verdicts) == students
    assert sorted(heard.students) == students
    assert {verdict.score for verdict in report.verdicts.values()} == {3}
    assert any("is away" in notice for notice in heard.notices)
    assert any("is back after" in notice for notice in heard.notices)


def test_a_scheduler_that_stays_away_ends_the_run_with_an_account(course: Course) -> None:
    with_gradebook(course)
    hand_in_class(course, 20)
    cache = course_cache(course)
    local = LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
    )
    backend = DaskBackend(local.scheduler_address, SlowFactory(0.05), patience_seconds=1.0)
    heard = Heard(after=3, act=lambda: _close(local))
    started = time.monotonic()
    with pytest.raises(OperatorError, match=r"was away for .* run the same command again"):
        grade_assignment(course, "square", backend=backend, progress=heard, cache=cache)
    assert time.monotonic() - started < 60
    report = grade_assignment(course, "square", engine=SlowFactory(), cache=cache)
    assert report.unchanged >= set(heard.students)
    assert len(report.verdicts) == 20


def _close(cluster: Any) -> None:
    cluster.close()
