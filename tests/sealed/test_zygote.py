from __future__ import annotations

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from autograder.sealed.levels import Level, Mechanisms
from autograder.sealed.meter import Meter, process_of
from autograder.sealed.nursery import Child, Nursery, NurseryLost, interpreter_paths
from autograder.sealed.probe import choose, probe
from autograder.sealed.sandbox import Part, Plan
from autograder.sealed.scratch import pack
from tests.sealed.processes import is_running

pytestmark = pytest.mark.skipif(
    probe().level is not Level.FULL, reason="this machine does not reach the full level"
)

PLAN = Plan(
    Part.STUDENT,
    memory_bytes=1 << 30,
    cpu_seconds=60,
    processes=32,
    disk_bytes=1 << 20,
)


@pytest.fixture(scope="module")
def mechanisms() -> Mechanisms:
    return choose(probe(), Level.FULL)


@pytest.fixture(scope="module")
def nursery(mechanisms: Mechanisms) -> Iterator[Nursery]:
    started = Nursery(mechanisms)
    yield started
    started.close()


@contextmanager
def child(nursery: Nursery) -> Iterator[Child]:
    with ExitStack() as stack:
        one, other = socket.socketpair()
        stack.enter_context(one)
        stack.enter_context(other)
        files = stack.enter_context(pack({}))
        spawned = nursery.spawn(PLAN, one, files.fileno())
        stack.callback(spawned.end)
        spawned.wait_ready()
        yield spawned


def descendants(process: int) -> list[int]:
    found = [process]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += [int(name) for name in (task / "children").read_text().split()]
    return found[1:]


def namespace(process: int, kind: str) -> Path:
    return Path(f"/proc/{process}/ns/{kind}").readlink()


def wait_until_gone(processes: list[int], seconds: float = 5.0) -> list[int]:
    deadline = time.monotonic() + seconds
    left = processes
    while left and time.monotonic() < deadline:
        left = [process for process in left if is_running(process)]
        time.sleep(0.01)
    return left


def test_a_course_in_the_folder_of_the_virtual_environment_stays_out_of_sight(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "gradebook.db").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    paths = interpreter_paths()
    assert tmp_path / "lib" in paths
    assert not any((tmp_path / "gradebook.db").is_relative_to(path) for path in paths)


def test_a_child_costs_a_fork_and_not_an_import(nursery: Nursery) -> None:
    with child(nursery) as spawned:
        assert Meter(process_of(spawned.pidfd)).cpu() < 0.1
        assert spawned.seconds.keys() >= {"fork", "mounts", "landlock", "seccomp"}


def test_the_descriptor_names_the_process_as_seen_from_here(nursery: Nursery) -> None:
    with child(nursery) as spawned:
        process = process_of(spawned.pidfd)
        assert process in descendants(nursery.process)
        assert spawned.alive
        spawned.kill()
        assert select.select([spawned.pidfd], [], [], 5)[0]
        assert not spawned.alive


def test_the_zygote_has_one_thread_and_no_rights_outside(nursery: Nursery) -> None:
    inner = descendants(nursery.process)[0]
    assert len(list(Path(f"/proc/{inner}/task").iterdir())) == 1
    owner = Path(f"/proc/{inner}").stat().st_uid
    assert owner != 0
    for kind in ("user", "net", "pid", "mnt", "ipc", "uts"):
        assert namespace(inner, kind) != namespace(os.getpid(), kind), kind


def test_two_children_share_no_process_table_and_no_user(nursery: Nursery) -> None:
    with child(nursery) as one, child(nursery) as other:
        for kind in ("pid", "mnt", "user"):
            names = {namespace(process_of(spawned.pidfd), kind) for spawned in (one, other)}
            assert len(names) == 2, kind


def test_signals_that_a_shell_ignores_are_not_ignored_there(mechanisms: Mechanisms) -> None:
    wanted = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in wanted}
    try:
        started = Nursery(mechanisms)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    try:
        processes = [started.process, *descendants(started.process)]
        lines = [Path(f"/proc/{process}/status").read_text() for process in processes]
    finally:
        started.close()
    masks = [int(text.partition("SigIgn:")[2].split()[0], 16) for text in lines]
    ignored = [number.name for number in wanted if masks[-1] >> (number - 1) & 1]
    assert ignored == []


def test_closing_a_nursery_ends_everything_that_came_from_it(mechanisms: Mechanisms) -> None:
    nursery = Nursery(mechanisms)
    with ExitStack() as stack:
        one, other = socket.socketpair()
        stack.enter_context(one)
        stack.enter_context(other)
        files = stack.enter_context(pack({}))
        spawned = nursery.spawn(PLAN, one, files.fileno())
        spawned.wait_ready()
        processes = [nursery.process, *descendants(nursery.process)]
        assert len(processes) == 3
        nursery.close()
        assert wait_until_gone(processes) == []
        spawned.end()


def test_a_zygote_whose_supervisor_is_killed_ends_too(mechanisms: Mechanisms) -> None:
    reader, writer = os.pipe()
    supervisor = os.fork()
    if supervisor == 0:
        try:
            started = Nursery(mechanisms)
            os.write(writer, str(started.process).encode())
            time.sleep(60)
        finally:
            os._exit(1)
    os.close(writer)
    try:
        outer = int(os.read(reader, 100))
    finally:
        os.close(reader)
    processes = [outer, *descendants(outer)]
    assert len(processes) == 2
    os.kill(supervisor, signal.SIGKILL)
    os.waitpid(supervisor, 0)
    assert wait_until_gone(processes) == []


def test_a_killed_zygote_takes_its_children_along_and_is_noticed(mechanisms: Mechanisms) -> None:
    nursery = Nursery(mechanisms)
    try:
        with child(nursery) as spawned:
            inner = descendants(nursery.process)[0]
            os.kill(inner, signal.SIGKILL)
            assert select.select([spawned.pidfd], [], [], 5)[0]
            with pytest.raises(NurseryLost):
                nursery.check()
            assert wait_until_gone([inner]) == []
    finally:
        nursery.close()


def test_the_meter_sees_cpu_time_to_the_millisecond_and_memory_of_this_process() -> None:
    meter = Meter(os.getpid())
    before = meter.cpu()
    started = time.thread_time()
    while time.thread_time() - started < 0.05:
        pass
    assert 0.045 < meter.cpu() - before < 1.0
    ballast = bytearray(os.urandom(1 << 20) * 64)
    assert meter.sample().memory_bytes > 60 << 20
    assert meter.sample(exact=True).memory_bytes > 0
    del ballast


def test_the_meter_counts_processes_that_ended_and_were_waited_for() -> None:
    meter = Meter(os.getpid())
    before = meter.cpu()
    worker = os.fork()
    if worker == 0:
        started = time.process_time()
        while time.process_time() - started < 0.2:
            pass
        os._exit(0)
    os.waitpid(worker, 0)
    assert meter.cpu() - before > 0.15
