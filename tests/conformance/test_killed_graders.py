"""The grader is killed at every stage of a class; the next one completes with the same marks."""

from __future__ import annotations

import functools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, Self

import nbgrader.api
import pytest

from autograder.course import Course
from autograder.grading import batch
from autograder.grading.gradebook import GradebookWriter, open_gradebook
from autograder.sealed import SealedEngine
from autograder.sealed.model import CellResult, CellStatus, Engine, Limits, Program
from tests.builders import RIGHT, SQUARE, hand_in, make_course, notebook, released

SLOW = RIGHT | {"square": "import time\ndef square(x):\n    time.sleep(0.2)\n    return x * x"}
WRONG = RIGHT | {"cube": "def cube(x):\n    return x"}
SCORES = {"ada": 3.0, "bob": 2.0}

Stop = Callable[[], None]
Patch = Callable[[pytest.MonkeyPatch, Stop], None]


def at_step(name: str) -> Callable[[pytest.MonkeyPatch, Stop], None]:
    """Stop when the engine says that a step is over."""

    def patch(monkeypatch: pytest.MonkeyPatch, stop: Stop) -> None:
        def observe(step: str, _seconds: float) -> None:
            if step == name:
                stop()

        monkeypatch.setattr(f"{__name__}._engine", lambda: SealedEngine(observe=observe))

    return patch


def before(owner: Any, name: str) -> Patch:
    """Stop when a function is called."""

    def patch(monkeypatch: pytest.MonkeyPatch, stop: Stop) -> None:
        original = getattr(owner, name)

        def stopping(*args: Any, **kwargs: Any) -> Any:
            stop()
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, stopping)

    return patch


def after(owner: Any, name: str) -> Patch:
    """Stop when a function has returned."""

    def patch(monkeypatch: pytest.MonkeyPatch, stop: Stop) -> None:
        original = getattr(owner, name)

        def stopping(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            stop()
            return result

        monkeypatch.setattr(owner, name, stopping)

    return patch


def before_commit(monkeypatch: pytest.MonkeyPatch, stop: Stop) -> None:
    original = GradebookWriter._write_grades

    def stopping(writer: Any, *args: Any) -> None:
        original(writer, *args)
        writer._gradebook.db.flush()
        stop()

    monkeypatch.setattr(GradebookWriter, "_write_grades", stopping)


STAGES: dict[str, Patch] = {
    "the processes have started": at_step("start"),
    "a test has run": at_step("cell square-values"),
    "a notebook is done": at_step("teardown"),
    "the graded folder is half written": before(Path, "rename"),
    "marks are in the transaction": before_commit,
    "one student's marks are written": after(GradebookWriter, "write"),
}


def _engine() -> Engine:
    return SealedEngine()


# A program is started to learn this constant, once for every gradebook that is made.
_alembic_version = functools.cache(nbgrader.api.get_alembic_version)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.setattr(nbgrader.api, "get_alembic_version", _alembic_version)
    course = make_course(tmp_path / "course", square=SQUARE)
    hand_in(course, "ada", "square", notebook(released(SQUARE, SLOW)))
    hand_in(course, "bob", "square", notebook(released(SQUARE, WRONG)))
    return course


@pytest.mark.parametrize("stage", STAGES)
def test_a_grader_killed_when(
    course: Course, engine: Engine, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    if "marks" in stage or "written" in stage:
        # What is killed here writes, so it need not run anything.
        monkeypatch.setattr(f"{__name__}._engine", _Generous)
    left = _killed_at(course, monkeypatch, STAGES[stage])
    deadline = time.monotonic() + 20
    while any(_lives(process) for process in left):
        assert time.monotonic() < deadline, "something outlives the grader"
        time.sleep(0.02)
    report = batch.grade_assignment(course, "square", engine=lambda: _Lent(engine), workers=1)
    assert {student: verdict.score for student, verdict in report.verdicts.items()} == SCORES
    with open_gradebook(course) as gradebook:
        submissions = gradebook.assignment_submissions("square")
        assert {one.student.id: one.score for one in submissions} == SCORES
    for student in SCORES:
        folder = course.step("autograded", student, "square")
        assert (folder / "square.ipynb").is_file()
        assert [path.name for path in folder.parent.iterdir() if path.name[0] != "."] == ["square"]


class _Generous:
    """Passes every test, so that marks which a killed grader wrote are seen to be replaced."""

    name = "generous"

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        return tuple(CellResult(cell.id, CellStatus.OK) for cell in program.cells)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class _Lent:
    """An engine that somebody else ends."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name
        self.run = engine.run

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _killed_at(course: Course, monkeypatch: pytest.MonkeyPatch, patch: Patch) -> list[int]:
    """Grade in another process and kill that at a stage; its children's process ids."""
    reader, writer = os.pipe()

    def stop() -> None:
        os.write(writer, b".")
        time.sleep(600)

    grader = os.fork()
    if grader == 0:
        _grade_here(course, monkeypatch, patch, stop)
    os.close(writer)
    try:
        assert os.read(reader, 1) == b".", "the grader ended before it came to that stage"
        left = _children(grader)
    finally:
        os.close(reader)
        os.kill(grader, signal.SIGKILL)
        os.waitpid(grader, 0)
    return left


def _grade_here(
    course: Course, monkeypatch: pytest.MonkeyPatch, patch: Patch, stop: Stop
) -> NoReturn:
    try:
        patch(monkeypatch, stop)
        batch.grade_assignment(course, "square", engine=_engine, workers=1)
    finally:
        os._exit(1)


def _children(process: int) -> list[int]:
    found = [process]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += [int(name) for name in (task / "children").read_text().split()]
    return found[1:]


def _lives(process: int) -> bool:
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"
