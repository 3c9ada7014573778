"""Somebody kills a process of the engine; the run completes and the marks are the same."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.sealed.engine import SealedEngine
from autograder.sealed.levels import Level
from autograder.sealed.model import Cell, Limits, Program, Role
from autograder.sealed.probe import probe
from tests.sealed.processes import is_running

pytestmark = pytest.mark.skipif(
    probe().level is not Level.FULL, reason="this machine does not reach the full level"
)

CELLS = (
    Cell("imports", Role.LOCKED, "import time\nfactor = 2"),
    Cell("solve", Role.STUDENT, "time.sleep(0.1)\ndef double(x):\n    return factor * x"),
    Cell("wrong", Role.STUDENT, "raise ValueError('wrong')"),
    Cell("test", Role.GRADE, "time.sleep(0.1)\nseen = factor\nassert factor == 2"),
    Cell("again", Role.GRADE, "assert seen == 2"),
    Cell("failing", Role.GRADE, "assert seen == 3"),
)
PROGRAM = Program("n", CELLS, instructor=CELLS)
STATUSES = ["ok", "ok", "error", "ok", "ok", "error"]
STEPS = ["start", *(f"cell {cell.id}" for cell in CELLS)]


class Killer:
    """Kills one process of an engine, once, when told that a step is over."""

    def __init__(self) -> None:
        self.engine: SealedEngine | None = None
        self.at = ""
        self.delay = 0.0
        self.choose: Callable[[list[int]], int] = lambda processes: processes[0]
        self.kills = 0

    def __call__(self, step: str, _seconds: float) -> None:
        if step == self.at:
            self.at = ""
            if self.delay:
                threading.Timer(self.delay, self.kill).start()
            else:
                self.kill()

    def kill(self) -> None:
        processes = family()
        os.kill(self.choose(processes), signal.SIGKILL)
        self.kills += 1


def children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        found += [int(name) for name in (task / "children").read_text().split()]
    return found


def family() -> list[int]:
    """The zygote's outer and inner process, then its living children, oldest first."""
    # Tests before these may have left an engine at work; ours is the newest.
    outer = max(
        (
            process
            for process in children(os.getpid())
            if b"autograder.sealed.zygote" in Path(f"/proc/{process}/cmdline").read_bytes()
        ),
        key=started,
    )
    (inner,) = children(outer)
    living = [
        process
        for process in sorted(children(inner), key=started)
        if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    ]
    return [outer, inner, *living]


def started(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19])


@pytest.fixture(scope="module")
def killer() -> Killer:
    return Killer()


@pytest.fixture(scope="module")
def engine(killer: Killer) -> Iterator[SealedEngine]:
    with SealedEngine(observe=killer) as sealed:
        sealed.warm_up()
        yield sealed


def marks(engine: SealedEngine) -> list[str]:
    return [str(result.status) for result in engine.run(PROGRAM, Limits())]


def outer(processes: list[int]) -> int:
    return processes[0]


def inner(processes: list[int]) -> int:
    return processes[1]


def student(processes: list[int]) -> int:
    return processes[2]


def judge(processes: list[int]) -> int:
    return processes[3]


@pytest.mark.parametrize("choose", [student, judge])
@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_process_killed_between_two_cells_changes_no_mark(
    engine: SealedEngine, killer: Killer, choose: Callable[[list[int]], int], step: str
) -> None:
    before = killer.kills
    killer.at, killer.delay, killer.choose = step, 0.0, choose
    assert marks(engine) == STATUSES
    assert killer.kills == before + 1


@pytest.mark.parametrize("choose", [student, judge])
@pytest.mark.parametrize("step", ["cell imports", "cell wrong"])
def test_a_process_killed_while_a_cell_runs_changes_no_mark(
    engine: SealedEngine, killer: Killer, choose: Callable[[list[int]], int], step: str
) -> None:
    before = killer.kills
    killer.at, killer.delay, killer.choose = step, 0.05, choose
    assert marks(engine) == STATUSES
    assert killer.kills == before + 1


@pytest.mark.parametrize("choose", [outer, inner])
@pytest.mark.parametrize("step", ["start", "cell imports", STEPS[-1]])
def test_a_killed_zygote_changes_no_mark(
    engine: SealedEngine, killer: Killer, choose: Callable[[list[int]], int], step: str
) -> None:
    before = killer.kills
    killer.at, killer.delay, killer.choose = step, 0.0, choose
    assert marks(engine) == STATUSES
    assert killer.kills == before + 1
    assert marks(engine) == STATUSES


def test_a_zygote_killed_between_two_programs_is_started_again(engine: SealedEngine) -> None:
    assert marks(engine) == STATUSES
    os.kill(outer(family()), signal.SIGKILL)
    time.sleep(0.05)
    assert marks(engine) == STATUSES


def test_a_killed_supervisor_leaves_nothing_and_the_next_run_completes(
    engine: SealedEngine,
) -> None:
    reader, writer = os.pipe()

    def tell(step: str, _seconds: float) -> None:
        os.write(writer, step.encode())

    supervisor = os.fork()
    if supervisor == 0:
        try:
            own = SealedEngine(observe=tell)
            own.run(Program("n", (Cell("a", Role.STUDENT, "while True: pass"),)), Limits())
        finally:
            os._exit(1)
    os.close(writer)
    try:
        while os.read(reader, 100)[-5:] != b"start":
            pass
    finally:
        os.close(reader)
    (outer_process,) = children(supervisor)
    (inner_process,) = children(outer_process)
    processes = [outer_process, inner_process, *children(inner_process)]
    assert len(processes) == 4
    os.kill(supervisor, signal.SIGKILL)
    os.waitpid(supervisor, 0)
    deadline = time.monotonic() + 10
    while any(map(is_running, processes)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert marks(engine) == STATUSES
