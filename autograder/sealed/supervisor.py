"""Runs one program: owns the deadlines, the budgets and the pipes, and survives what happens."""

from __future__ import annotations

import functools
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import IO, Any, Final, final

from autograder.sealed import scratch
from autograder.sealed.collector import CellOutputs, Displays
from autograder.sealed.compiling import compiled
from autograder.sealed.levels import Mechanisms
from autograder.sealed.model import (
    Cell,
    CellResult,
    CellStatus,
    Failure,
    Limits,
    Listening,
    Program,
    Reply,
    Role,
)
from autograder.sealed.nursery import Child, Nursery, NurseryLost
from autograder.sealed.sandbox import Part, Plan
from autograder.sealed.watch import Ending, Watch, died
from autograder.sealed.wire import WireError

__all__ = ["run_program"]

_SEND_SECONDS: Final = 30.0
_REBUILDS_IN_A_ROW: Final = 3
_BLOCK: Final = 4096
_JUDGE_PROCESSES: Final = 256
_JUDGE_MEMORY: Final = 1 << 30
_BACKSTOP_SECONDS: Final = 60.0
_WALL_TO_CPU: Final = 4
"""A notebook may take this many times its CPU budget, sleeping and running again included."""

_LEAST_SECONDS: Final = 30.0
"""And never less than this: the machine may be busy."""

_OUT_OF_MEMORY_TEXTS: Final = ("can't allocate memory", "not enough memory: you tried")


class _Kind(StrEnum):
    """What a process is told that a cell is."""

    STUDENT = "student"
    LOCKED = "locked"
    GRADE = "grade"
    OPEN = "open"
    CHECK = "check"


@final
@dataclass(slots=True)
class _Outcome:
    """How one run of a cell in one process ended."""

    status: CellStatus
    failure: Failure | None = None
    fatal: bool = False
    outputs: tuple[dict[str, Any], ...] = ()
    returned: str | None = None
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_bytes: int = 0
    exposed: bool = False
    asked: frozenset[str] = frozenset()
    replies: tuple[Reply, ...] = ()


def run_program(
    nursery: Nursery,
    program: Program,
    limits: Limits,
    mechanisms: Mechanisms,
    observe: Callable[[str, float], None] | None = None,
) -> tuple[CellResult, ...]:
    """Run every cell; one result a cell, whatever student code does.

    Args:
        nursery: where the processes come from.
        program: what to run.
        limits: its budgets.
        mechanisms: what the processes are sealed with.
        observe: is told how many seconds each step took.

    Raises:
        NurseryLost: the zygote ended; nothing that was found can be trusted to be complete.
        EngineError: a sandbox could not be made.
    """
    with _Run(nursery, program, limits, mechanisms, observe or _ignore) as run:
        return tuple(run.results())


def _ignore(_step: str, _seconds: float) -> None:
    pass


@final
class _Run:
    """One program on its way through its cells."""

    def __init__(
        self,
        nursery: Nursery,
        program: Program,
        limits: Limits,
        mechanisms: Mechanisms,
        observe: Callable[[str, float], None],
    ) -> None:
        self._nursery = nursery
        self._program = program
        self._limits = limits
        self._mechanisms = mechanisms
        self._observe = observe
        self._displays = Displays()
        self._resources = ExitStack()
        self._files = self._packed(program.files)
        self._judge_files = self._packed(program.judge_files)
        self._student: Child | None = None
        self._judge: Child | None = None
        self._codes = _codes(program)
        self._done: list[Cell] = []
        self._spent = 0.0
        self._spent_again = 0.0
        seconds = max(_LEAST_SECONDS, _WALL_TO_CPU * limits.notebook_cpu_seconds)
        self._latest = time.monotonic() + seconds
        self._given_up = ""
        self._replaying = False
        self._exposed = False

    def __enter__(self) -> _Run:
        return self

    def __exit__(self, *_: object) -> None:
        started = time.perf_counter()
        try:
            self._end()
        finally:
            self._resources.close()
        self._observe("teardown", time.perf_counter() - started)

    def results(self) -> list[CellResult]:
        """Run everything."""
        self._start()
        found: list[CellResult] = []
        for cell in self._program.cells:
            started = time.perf_counter()
            found.append(self._result(cell))
            self._observe(f"cell {cell.id}", time.perf_counter() - started)
        return found

    def _packed(self, files: Any) -> IO[bytes]:
        return self._resources.enter_context(scratch.pack(files))

    def _plan(self, part: Part) -> Plan:
        judging = part is Part.JUDGE
        files = self._program.judge_files if judging else self._program.files
        user = self._nursery.spare_user() if self._mechanisms.separate_users else 0
        folder = "" if self._mechanisms.namespaces else str(self._nursery.scratch(user))
        limits = self._limits
        return Plan(
            part,
            memory_bytes=limits.memory_bytes + (_JUDGE_MEMORY if judging else 0),
            cpu_seconds=2 * limits.notebook_cpu_seconds + _BACKSTOP_SECONDS,
            processes=max(limits.processes, _JUDGE_PROCESSES if judging else 0),
            disk_bytes=limits.disk_bytes,
            first_bytes=sum(len(data) + 2 * _BLOCK for data in files.values()),
            scratch=folder,
            user=user,
        )

    def _spawn(self, part: Part, bridge: socket.socket) -> Child:
        files = self._judge_files if part is Part.JUDGE else self._files
        return self._nursery.spawn(self._plan(part), bridge, files.fileno())

    def _start(self) -> None:
        """Start both processes; they seal themselves at the same time."""
        started = time.perf_counter()
        one, other = socket.socketpair()
        with one, other:
            self._student = self._spawn(Part.STUDENT, one)
            self._judge = self._spawn(Part.JUDGE, other)
        for child in (self._student, self._judge):
            child.wait_ready()
            for step, seconds in child.seconds.items():
                self._observe(f"{child.part} {step}", seconds)
        self._tell(self._student, {"op": "program"})
        own = [cell.source for cell in self._program.cells if cell.role is Role.STUDENT]
        tables = _tables(self._program)
        self._tell(self._judge, {"op": "program", "ownership": tables, "sources": own})
        self._observe("start", time.perf_counter() - started)

    def _tell(self, child: Child, message: dict[str, Any]) -> bool:
        try:
            child.channel.send(message, timeout=_SEND_SECONDS)
        except WireError:
            child.usable = False
            return False
        return True

    def _end(self) -> None:
        children = [child for child in (self._student, self._judge) if child is not None]
        for child in children:
            child.kill()
        for child in children:
            child.end()
        self._student = self._judge = None
        self._nursery.end_all()

    def _result(self, cell: Cell) -> CellResult:
        if self._spent >= self._limits.notebook_cpu_seconds:
            return _not_run(cell, "the notebook has used all of its CPU time")
        if time.monotonic() > self._latest:
            return _not_run(cell, "the notebook has taken too long")
        outcome = self._try(cell)
        if outcome.status is CellStatus.CRASHED:
            # Killed from outside, perhaps. A cell that kills its own process does it again.
            self._nursery.check()
            outcome = self._try(cell)
        if outcome.status is CellStatus.CRASHED:
            self._nursery.check()
        self._spent += outcome.cpu_seconds
        return CellResult(
            cell.id,
            outcome.status,
            _with_error(outcome.outputs, outcome.failure),
            outcome.failure,
            outcome.returned,
            outcome.exposed,
            outcome.asked,
            outcome.replies,
            outcome.cpu_seconds,
            outcome.wall_seconds,
            outcome.peak_bytes,
        )

    def _try(self, cell: Cell) -> _Outcome:
        if not self._whole():
            self._rebuild()
        if self._given_up:
            return _Outcome(CellStatus.NOT_RUN, Failure("NotRun", self._given_up))
        outcome = self._run_cell(cell)
        if not outcome.fatal:
            self._done.append(cell)
        return outcome

    def _run_cell(self, cell: Cell) -> _Outcome:
        student, judge = self._pair()
        match cell.role:
            case Role.STUDENT:
                return self._execute(student, student, cell, _Kind.STUDENT)
            case Role.GRADE if cell.open:
                return self._run_open(student, judge, cell)
            case Role.GRADE:
                return self._execute(judge, student, cell, _Kind.GRADE)
            case Role.LOCKED:
                shown = self._execute(student, student, cell, _Kind.LOCKED)
                if self._whole():
                    self._execute(judge, student, cell, _Kind.LOCKED)
                return shown

    def _run_open(self, student: Child, judge: Child, cell: Cell) -> _Outcome:
        """Run an open cell, and look before and after whether what it relies on is untouched."""
        asked: frozenset[str] = frozenset()
        outcome: _Outcome | None = None
        for kind in (_Kind.CHECK, _Kind.OPEN, _Kind.CHECK):
            target = student if kind is _Kind.OPEN else judge
            found = self._execute(target, student, cell, kind)
            asked |= found.asked if kind is _Kind.CHECK else frozenset()
            if found.failure is not None or found.fatal or not self._whole():
                return replace(found, asked=asked)
            outcome = found if kind is _Kind.OPEN else outcome
        if outcome is None:
            raise NurseryLost("an open cell was not run")
        return replace(outcome, asked=asked)

    def _pair(self) -> tuple[Child, Child]:
        if self._student is None or self._judge is None:
            raise NurseryLost("a process of the notebook is missing")
        return self._student, self._judge

    def _whole(self) -> bool:
        return all(
            child is not None and child.usable and child.alive
            for child in (self._student, self._judge)
        )

    def _execute(self, target: Child, student: Child, cell: Cell, kind: _Kind) -> _Outcome:
        if kind is _Kind.OPEN and cell.hidden:
            self._expose()
        outputs = CellOutputs(self._displays, self._limits.output_bytes)
        # What is run again was within its bounds the first time.
        spent = 0.0 if self._replaying else self._spent
        left = self._limits.notebook_cpu_seconds - spent
        token = secrets.token_hex(8)
        watch = Watch(target, student, self._limits, left, token)
        order = {
            "op": "run",
            "id": cell.id,
            "source": cell.source,
            "kind": str(kind),
            "output_bytes": self._limits.output_bytes,
            "hidden": sorted(cell.hidden),
            "listening": str(cell.listening if kind is _Kind.GRADE else Listening.NEVER),
            "token": token,
        }
        if target is self._judge and kind is not _Kind.CHECK:
            order["code"] = self._codes.get(cell.id)
        if not self._tell(target, order):
            ending: Ending | None = died(target)
        else:
            ending = watch.until_done(outputs)
        usage = watch.usage()
        status, failure = _status(ending, outputs.failure)
        if kind not in (_Kind.GRADE, _Kind.CHECK) and failure is not None:
            failure = replace(failure, cause=None)
        if cell.hidden and (ending is not None or outputs.exposed):
            self._expose()
        return _Outcome(
            status,
            failure,
            ending is not None or watch.broken,
            outputs.result(),
            outputs.returned,
            usage.cpu_seconds,
            watch.elapsed(),
            watch.peak,
            self._exposed,
            outputs.asked,
            # Only a judge is believed about what was answered.
            outputs.replies if kind is _Kind.GRADE else (),
        )

    def _expose(self) -> None:
        """Code of the submission knows from now on what hidden lines hand over.

        What it showed before stays as it is: its student gets to read that.
        """
        if not self._exposed:
            self._exposed = True
            self._displays = Displays()

    def _rebuild(self) -> None:
        """Replace both processes by new ones in which everything so far runs again.

        Both, although one lives: the judge holds objects of the student's that died with it, and
        the student had names from the judge. Outputs of the second time are not looked at.
        """
        started = time.perf_counter()
        for _ in range(_REBUILDS_IN_A_ROW):
            if (
                self._spent_again > self._limits.notebook_cpu_seconds
                or time.monotonic() > self._latest
            ):
                self._given_up = "running the notebook again after a fatal cell took too long"
                return
            self._end()
            self._start()
            if self._replay():
                self._observe("rebuild", time.perf_counter() - started)
                return
        self._given_up = "the notebook could not be run again after a fatal cell"

    def _replay(self) -> bool:
        displays, self._displays = self._displays, Displays()
        self._replaying = True
        try:
            for cell in tuple(self._done):
                outcome = self._run_cell(cell)
                self._spent_again += outcome.cpu_seconds
                if not self._whole():
                    self._done.remove(cell)
                    return False
                if time.monotonic() > self._latest:
                    return False
        finally:
            self._displays = Displays() if self._exposed else displays
            self._replaying = False
        return True


def _status(ending: Ending | None, failure: Failure | None) -> tuple[CellStatus, Failure | None]:
    if ending is not None:
        return ending.status, ending.failure
    if failure is None:
        return CellStatus.OK, None
    if failure.ename.endswith("MemoryError") or any(
        text in failure.evalue for text in _OUT_OF_MEMORY_TEXTS
    ):
        return CellStatus.MEMORY, failure
    return CellStatus.ERROR, failure


def _not_run(cell: Cell, reason: str) -> CellResult:
    failure = Failure("NotRun", reason)
    return CellResult(cell.id, CellStatus.NOT_RUN, _with_error((), failure), failure)


def _with_error(
    outputs: tuple[dict[str, Any], ...], failure: Failure | None
) -> tuple[dict[str, Any], ...]:
    """The outputs, with the failure as a notebook shows it.

    Whoever reads only the notebook must see it too: to nbgrader, a test cell without an error
    has passed.
    """
    if failure is None or any(output["output_type"] == "error" for output in outputs):
        return outputs
    error = {
        "output_type": "error",
        "ename": failure.ename,
        "evalue": failure.evalue,
        "traceback": list(failure.traceback) or [f"{failure.ename}: {failure.evalue}"],
    }
    return (*outputs, error)


def _codes(program: Program) -> dict[str, bytes | None]:
    """The cells that judges run, compiled. Only what comes from `source/` is."""
    own = {
        number: cell
        for number, cell in enumerate(program.cells, start=1)
        if cell.role is Role.LOCKED or (cell.role is Role.GRADE and not cell.open)
    }
    if any("__future__" in cell.source for cell in own.values()):
        # In IPython it changes how later cells are compiled.
        return {}
    return {cell.id: compiled(cell.source, cell.hidden, number) for number, cell in own.items()}


def _tables(program: Program) -> bytes:
    """Whose each name is, for the judge."""
    paths = [PurePosixPath(path) for path in program.judge_files]
    modules = frozenset(
        path.parts[0].removesuffix(".py")
        for path in paths
        if path.suffix == ".py" and path.parts[0].removesuffix(".py").isidentifier()
    )
    return _tables_of(program.instructor, modules)


@functools.lru_cache(maxsize=16)
def _tables_of(instructor: tuple[Cell, ...], modules: frozenset[str]) -> bytes:
    # Takes a while to import, and a process that only starts sandboxes does without.
    from autograder.sealed.ownership import ownership, write_tables

    return write_tables(ownership(instructor, modules))
