from __future__ import annotations

import functools
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading.batch import grade_assignment
from autograder.grading.cache import VerdictCache, course_cache
from autograder.grading.cluster import DaskBackend
from autograder.grading.engines import SealedFactory
from autograder.grading.local import LocalBackend
from autograder.grading.pool import EngineFactory
from autograder.grading.verdict import Verdict
from autograder.sealed import SealedEngine
from tests.builders import RIGHT, SQUARE, hand_in, notebook, released
from tests.gradebooks import with_gradebook
from tests.grading.fakes import CountingFactory, hand_in_class
from tests.grading.test_resume import contents, graded

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
WRONG = {"square": "def square(x):\n    return x + x", "why": "?"}
ODD = {
    **RIGHT,
    "square": "print('hello')\ndef square(x):\n    return x * x\nsquare(4)",
    "cube": "import sys\ndef cube(x):\n    sys.exit(3)",
}


def comparable(verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Verdicts without what a clock or a meter said."""
    return {
        student: replace(
            verdict,
            seconds=0.0,
            cells=tuple(replace(cell, cpu_seconds=0.0, peak_bytes=0) for cell in verdict.cells),
        )
        for student, verdict in verdicts.items()
    }


def autograded(course: Course) -> dict[str, bytes]:
    return {
        path.parent.parent.name: path.read_bytes()
        for path in (course.root / "autograded").rglob("*.ipynb")
    }


def test_marks_are_the_same_with_any_workers_order_scheduler_and_load(
    course: Course, warm: EngineFactory
) -> None:
    with_gradebook(course)
    for number, answers in enumerate([RIGHT, WRONG, ODD, {}] * 3):
        mine = {**answers, "why": f"Because of {number}."}
        hand_in(course, f"s{number:02}", "square", notebook(released(SQUARE, mine)))
    hand_in(course, "broken", "square", b"\x00")
    found = []
    burners = []
    try:
        for how in ("one", "eight", "dask"):
            if how == "eight":
                burn = [sys.executable, "-c", "while True: pass"]
                burners += [subprocess.Popen(burn) for _ in range(2)]
            match how:
                case "one":
                    backend: Any = LocalBackend(warm, 1)
                case "eight":
                    backend = LocalBackend(SealedFactory(), 8)
                case _:
                    backend = DaskBackend(None, SealedFactory(), workers=2)
                    pids = [worker.pid for worker in backend._cluster.workers.values()]
                    # Ctrl-C in the terminal is not for them.
                    assert [os.getpgid(pid) for pid in pids] == pids
            report = grade_assignment(course, "square", backend=backend)
            found.append((comparable(report.verdicts), autograded(course), contents(course)))
            if how == "one":
                assert [v.score for v in report.verdicts.values()][:5] == [0, 3, 0, 2, 0]
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    assert found[0] == found[1]
    assert found[0] == found[2]


class KillingFactory:
    """Makes sealed engines, the first of which is told to lose its zygote after a few runs."""

    def __init__(self) -> None:
        self.killed = 0

    def __call__(self) -> Any:
        return KillingEngine(self)


class KillingEngine:
    """A sealed engine whose zygote is killed while it runs its third and its fifth program."""

    def __init__(self, factory: KillingFactory) -> None:
        self._engine = SealedEngine(observe=self._observe)
        self._factory = factory
        self._cells = 0
        self.name = self._engine.name

    def _observe(self, step: str, seconds: float) -> None:
        self._cells += step.startswith("cell")
        nursery = self._engine._nursery
        if self._cells in {12, 25} and nursery is not None and nursery.alive:
            self._cells += 1
            self._factory.killed += 1
            os.kill(nursery.process, signal.SIGKILL)

    def __enter__(self) -> KillingEngine:
        return self

    def __exit__(self, *args: Any) -> None:
        self._engine.close()

    def run(self, program: Any, limits: Any) -> Any:
        return self._engine.run(program, limits)


def test_a_killed_engine_costs_nobody_a_mark(course: Course) -> None:
    with_gradebook(course)
    hand_in_class(course, 5)
    factory = KillingFactory()
    report = grade_assignment(course, "square", engine=factory, workers=1)
    assert factory.killed == 2
    assert {verdict.score for verdict in report.verdicts.values()} == {3}


GRADER = """
import sys
from autograder.course import Course
from autograder.errors import AutograderError
from autograder.grading.batch import grade_assignment
from autograder.grading.cache import course_cache
from tests.grading.fakes import CountingFactory

course = Course.open(sys.argv[1])
try:
    grade_assignment(course, "square", engine=CountingFactory(), cache=course_cache(course))
except AutograderError as error:
    sys.exit(str(error))
"""


def test_a_full_disk_ends_the_run_and_loses_nothing(course: Course) -> None:
    with_gradebook(course)
    students = hand_in_class(course, 60)
    room = (course.root / "gradebook.db").stat().st_size + 40_000

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    done = subprocess.run(
        [sys.executable, "-c", GRADER, str(course.root)],
        env=ENVIRONMENT,
        preexec_fn=little_room,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "run the same command again" in done.stderr
    assert "Traceback" not in done.stderr
    before = contents(course)
    assert 0 < len(before) < 60
    factory = CountingFactory()
    report = grade_assignment(course, "square", engine=factory, cache=course_cache(course))
    assert report.unchanged >= set(before)
    assert factory.runs == 60 - len(report.unchanged)
    assert set(contents(course)) == set(students)


def test_a_cache_without_room_costs_only_the_cache(course: Course, tmp_path: Path) -> None:
    with_gradebook(course)
    hand_in_class(course, 3)
    (tmp_path / "cache").write_text("this is no folder")
    cache, factory = VerdictCache(tmp_path / "cache"), CountingFactory()
    report = grade_assignment(course, "square", engine=factory, cache=cache)
    assert {verdict.score for verdict in report.verdicts.values()} == {3}
    assert factory.runs == 4


def test_a_folder_that_cannot_be_written_is_named(course: Course) -> None:
    with_gradebook(course)
    hand_in_class(course, 2)
    (course.root / "autograded").write_text("this is no folder")
    with pytest.raises(OperatorError, match=r"s00\d cannot be written: .*autograded"):
        grade_assignment(course, "square", engine=CountingFactory(), cache=course_cache(course))


COMMAND = [sys.executable, "-m", "autograder", "grade", "square", "--workers", "1"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_command_ends_well_when_its_terminal_or_its_machine_closes(
    course: Course, number: signal.Signals
) -> None:
    with_gradebook(course)
    for student in ("ada", "bob", "cy", "dot"):
        answers = {**RIGHT, "why": student, "cube": f"import time\ntime.sleep(1.{ord(student[0])})"}
        hand_in(course, student, "square", notebook(released(SQUARE, answers)))
    log = course.root / "events.jsonl"
    terminal, inside = os.openpty()
    with subprocess.Popen(
        [*COMMAND, "--log", str(log)],
        cwd=course.root,
        env={**ENVIRONMENT, "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
        # Under nohup the command would rightly go on to its end.
        preexec_fn=functools.partial(signal.signal, number, signal.SIG_DFL),  # noqa: PLW1509 - no threads yet
    ) as process:
        os.close(inside)
        while graded(log) < 1 and process.poll() is None:
            try:
                os.read(terminal, 100_000)
            except OSError:
                break
        if number is signal.SIGHUP:
            os.close(terminal)
        process.send_signal(number)
        if number is signal.SIGTERM:
            with os.fdopen(terminal, "rb", buffering=0) as reader:
                try:
                    while reader.read(100_000):
                        pass
                except OSError:
                    pass
        code = process.wait(120)
    assert code == 128 + number
    assert '"how": "stopped"' in log.read_text()
    assert 1 <= len(contents(course)) <= 3
