"""A process is killed while it starts, while a test calls the submission, or at the very end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from autograder.sealed.engine import SealedEngine
from autograder.sealed.levels import Level
from autograder.sealed.model import Cell, Limits, Program, Role
from autograder.sealed.nursery import Child
from autograder.sealed.probe import probe
from tests.sealed.test_faults import Killer, inner, judge, outer, student

pytestmark = pytest.mark.skipif(
    probe().level is not Level.FULL, reason="this machine does not reach the full level"
)

CELLS = (
    Cell("solve", Role.STUDENT, "import time\ndef slow(x):\n    time.sleep(0.3)\n    return 2 * x"),
    Cell("test", Role.GRADE, "assert slow(2) == 4\nassert slow(3) == 6"),
    Cell("failing", Role.GRADE, "assert slow(2) == 5"),
)
PROGRAM = Program("n", CELLS, instructor=CELLS)
STATUSES = ["ok", "ok", "error"]

IN_A_CALL = ("cell solve", 0.15)
IN_THE_LAST_CALL = ("cell test", 0.15)
WHILE_THE_JUDGE_STARTS = ("student fork", 0.0)
BEFORE_TEARDOWN = ("cell failing", 0.0)
AFTER_TEARDOWN = ("teardown", 0.0)


@pytest.fixture(scope="module")
def killer() -> Killer:
    return Killer()


@pytest.fixture(scope="module")
def engine(killer: Killer) -> Iterator[SealedEngine]:
    with SealedEngine(observe=killer) as sealed:
        sealed.warm_up()
        yield sealed


# To start another zygote takes seconds, so those are killed at fewer moments.
@pytest.mark.parametrize(
    ("choose", "moment"),
    [
        *[
            (choose, moment)
            for choose in (student, judge)
            for moment in (WHILE_THE_JUDGE_STARTS, IN_A_CALL, IN_THE_LAST_CALL, BEFORE_TEARDOWN)
        ],
        (inner, WHILE_THE_JUDGE_STARTS),
        (inner, IN_A_CALL),
        (outer, IN_A_CALL),
        (outer, AFTER_TEARDOWN),
    ],
)
def test_a_kill_changes_no_mark(
    engine: SealedEngine,
    killer: Killer,
    choose: Callable[[list[int]], int],
    moment: tuple[str, float],
) -> None:
    before = killer.kills
    killer.at, killer.delay, killer.choose = *moment, choose
    assert _marks(engine) == STATUSES
    assert killer.kills == before + 1
    assert _marks(engine) == STATUSES


@pytest.mark.parametrize("choose", [student, judge])
def test_a_process_killed_before_it_is_sealed_changes_no_mark(
    engine: SealedEngine,
    killer: Killer,
    choose: Callable[[list[int]], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wait_ready = Child.wait_ready

    def killed_first(child: Child) -> None:
        monkeypatch.setattr(Child, "wait_ready", wait_ready)
        killer.choose = choose
        killer.kill()
        wait_ready(child)

    monkeypatch.setattr(Child, "wait_ready", killed_first)
    before = killer.kills
    assert _marks(engine) == STATUSES
    assert killer.kills == before + 1


def _marks(engine: SealedEngine) -> list[str]:
    return [str(result.status) for result in engine.run(PROGRAM, Limits())]
