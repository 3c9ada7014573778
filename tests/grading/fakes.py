"""Engines that cost nothing, for tests of what happens around grading."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from autograder.course import Course
from autograder.grading.verdict import Verdict
from autograder.sealed import EngineError
from autograder.sealed.model import CellResult, CellStatus, Limits, Program
from tests.builders import RIGHT, SQUARE, hand_in, notebook, released


class InstantEngine:
    """Says of every cell that it went well, or what it was told to say."""

    name = "instant"

    def __init__(self, status: CellStatus = CellStatus.OK) -> None:
        self.status = status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        return

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        return tuple(CellResult(cell.id, self.status) for cell in program.cells)


class CountingEngine(InstantEngine):
    """Remembers how many programs were run, on all engines of one factory."""

    def __init__(self, factory: CountingFactory) -> None:
        super().__init__()
        self._factory = factory

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        time.sleep(self._factory.seconds)
        with self._factory.lock:
            self._factory.runs += 1
            if self._factory.fail_next > 0:
                self._factory.fail_next -= 1
                raise EngineError("the machine is short of everything")
        return tuple(CellResult(cell.id, self._factory.status) for cell in program.cells)


class CountingFactory:
    """Makes engines that count."""

    def __init__(self, status: CellStatus = CellStatus.OK, seconds: float = 0.0) -> None:
        self.runs = 0
        self.fail_next = 0
        self.status = status
        self.seconds = seconds
        self.lock = threading.Lock()

    def __call__(self) -> CountingEngine:
        return CountingEngine(self)


@dataclass(frozen=True)
class SlowFactory:
    """Makes engines that sleep for each program; can be sent to another process."""

    seconds: float = 0.0

    def __call__(self) -> SlowEngine:
        return SlowEngine(self.seconds)


class SlowEngine(InstantEngine):
    name = "slow"

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        time.sleep(self._seconds)
        return super().run(program, limits)


def hand_in_class(course: Course, count: int) -> list[str]:
    """So many different submissions that earn every automatic point."""
    students = [f"s{number:03}" for number in range(count)]
    for student in students:
        answers = {**RIGHT, "why": f"{student} knows."}
        hand_in(course, student, "square", notebook(released(SQUARE, answers)))
    return students


class Heard:
    """Remembers what it was told, and does something after so many are graded."""

    def __init__(self, after: int = 0, act: Callable[[], None] | None = None) -> None:
        self.notices: list[str] = []
        self.students: list[str] = []
        self._after = after
        self._act = act

    def started(self, total: int) -> None:
        return

    def running(self, student: str) -> None:
        return

    def graded(self, student: str, verdict: Verdict, *, cached: bool) -> None:
        self.students.append(student)
        if self._act and len(self.students) == self._after:
            self._act()

    def notice(self, message: str) -> None:
        self.notices.append(message)
