"""Waits for the end of one cell and enforces its budgets."""

from __future__ import annotations

import select
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from autograder.sealed import scratch
from autograder.sealed.collector import CellOutputs
from autograder.sealed.meter import Usage
from autograder.sealed.model import CellStatus, Failure, Limits
from autograder.sealed.nursery import Child
from autograder.sealed.reports import Done, parse_report
from autograder.sealed.wire import Closed, WireError

__all__ = ["Ending", "Watch", "died"]

_FIRST_TICK: Final = 0.02
_TICK: Final = 0.05
_EXACT_EVERY: Final = 4
_DISK_EVERY: Final = 8
_GRACE_SECONDS: Final = 1.0


@final
@dataclass(frozen=True, slots=True)
class Ending:
    """Why the supervisor ended a cell, and in whose process."""

    status: CellStatus
    failure: Failure


def died(child: Child) -> Ending:
    """The ending of a cell whose process ended by itself."""
    text = f"the {child.part} process ended while the cell ran"
    return Ending(CellStatus.CRASHED, Failure("ProcessDied", text))


@final
class Watch:
    """Waits for the end of one cell and enforces its budgets.

    Args:
        target: the process that runs the cell.
        student: the student process, which may be another one that serves it.
        limits: the budgets.
        notebook_left: CPU seconds that the notebook has left.
        token: that the report of the cell's end must bear; another was sent before its time.
    """

    def __init__(
        self, target: Child, student: Child, limits: Limits, notebook_left: float, token: str
    ) -> None:
        self._target = target
        self._token = token
        self._student = student
        self._children = [target] if target is student else [target, student]
        self._limits = limits
        self._cpu_left = min(limits.cell_cpu_seconds, notebook_left)
        self._before = [child.meter.cpu() for child in self._children]
        self._after = list(self._before)
        self._started = time.monotonic()
        self._ticks = 0
        self._ending: Ending | None = None
        self._grace_ends = 0.0
        self.peak = 0
        self.broken = False

    def elapsed(self) -> float:
        """Wall seconds so far."""
        return time.monotonic() - self._started

    def usage(self) -> Usage:
        """What the cell used, all processes together."""
        if self._ending is None:
            self._after = [child.meter.cpu() for child in self._children]
            self.peak = max(self.peak, self._student.meter.sample().memory_bytes)
        cpu = sum(after - before for before, after in zip(self._before, self._after, strict=True))
        return Usage(cpu, self.peak, 0)

    def until_done(self, outputs: CellOutputs) -> Ending | None:
        """Collect outputs until the cell ends or is ended.

        Returns:
            None if the process said that the cell is done, and otherwise why it was ended.
        """
        poller = select.poll()
        poller.register(self._target.channel.fileno(), select.POLLIN)
        for child in self._children:
            poller.register(child.pidfd, select.POLLIN)
        next_check = self._started + _FIRST_TICK
        while True:
            now = time.monotonic()
            if now >= next_check:
                self._check()
                next_check = time.monotonic() + _TICK
                if self._over():
                    return self._ending
            events = {
                descriptor for descriptor, _ in poller.poll(max(0.0, next_check - now) * 1000)
            }
            if self._target.channel.fileno() in events and self._read(outputs):
                return self._ending
            if self._target.pidfd in events:
                return self._target_died(outputs)
            if self._student.pidfd in events:
                # The judge is told by the end of its channel, and says what came of the cell.
                poller.unregister(self._student.pidfd)
                self._end_student(died(self._student))

    def _read(self, outputs: CellOutputs) -> bool:
        """Take one report; true if it was the last."""
        try:
            whole, message = self._target.channel.poll()
            if not whole:
                return False
            report = parse_report(message)
        except Closed:
            self._target.usable = False
            self._ending = self._ending or died(self._target)
            return True
        except WireError as error:
            self._target.usable = False
            if self._ending is None:
                text = f"the {self._target.part} process broke its channel: {error}"
                self._ending = Ending(CellStatus.CRASHED, Failure("ProcessDied", text))
            return True
        if isinstance(report, Done) and report.token != self._token:
            return False
        outputs.take(report)
        if not isinstance(report, Done):
            return False
        if report.broken and self._target is not self._student:
            self._blame()
        return True

    def _blame(self) -> None:
        """Find out whether the test failed because the student process ended under it.

        The judge sees the end of its channel before the system reports the end of the process.
        """
        self.broken = True
        self._student.usable = False
        if select.select([self._student.pidfd], [], [], _GRACE_SECONDS)[0]:
            self._ending = self._ending or died(self._student)

    def _target_died(self, outputs: CellOutputs) -> Ending:
        """Its last reports may still lie in the socket, but not that the cell is done."""
        self._target.usable = False
        ending = self._ending or died(self._target)
        self._ending = ending
        deadline = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < deadline:
            try:
                whole, message = self._target.channel.poll()
                if not whole:
                    break
                report = parse_report(message)
            except WireError:
                break
            if not isinstance(report, Done):
                outputs.take(report)
        return ending

    def _check(self) -> None:
        """Compare what was used with the budgets."""
        self._ticks += 1
        if self._ending is not None:
            return
        self._after = [child.meter.cpu() for child in self._children]
        used = [after - before for before, after in zip(self._before, self._after, strict=True)]
        if sum(used) > self._cpu_left:
            limit = f"{self._cpu_left:.3g} seconds of CPU time"
            judge_is_busy = len(used) == 2 and used[0] > used[1]
            self._overrun(CellStatus.TIMEOUT, "TimeLimit", limit, judge=judge_is_busy)
        elif self.elapsed() > self._limits.cell_wall_seconds:
            limit = f"{self._limits.cell_wall_seconds:.3g} seconds"
            self._overrun(CellStatus.TIMEOUT, "TimeLimit", limit, judge=False)
        elif self._disk_is_over():
            limit = f"{self._limits.disk_bytes >> 20} MiB of disk"
            self._overrun(CellStatus.CRASHED, "DiskLimit", limit, judge=False)
        else:
            self._check_memory()

    def _disk_is_over(self) -> bool:
        """Only without namespaces: with them the scratch space has a size of its own."""
        plan = self._student.plan
        if not plan.scratch or self._ticks % _DISK_EVERY:
            return False
        return scratch.used_bytes(Path(plan.scratch)) > plan.disk_bytes + plan.first_bytes

    def _check_memory(self) -> None:
        usage = self._student.meter.sample()
        if usage.processes > 1 or usage.memory_bytes > self._limits.memory_bytes:
            if self._ticks % _EXACT_EVERY and usage.memory_bytes <= self._limits.memory_bytes:
                return
            usage = self._student.meter.sample(exact=True)
        self.peak = max(self.peak, usage.memory_bytes)
        if usage.memory_bytes > self._limits.memory_bytes:
            limit = f"{self._limits.memory_bytes >> 20} MiB of memory"
            self._overrun(CellStatus.MEMORY, "MemoryLimit", limit, judge=False)
        elif usage.processes > self._limits.processes:
            limit = f"{self._limits.processes} processes"
            self._overrun(CellStatus.CRASHED, "ProcessLimit", limit, judge=False)

    def _overrun(self, status: CellStatus, name: str, limit: str, *, judge: bool) -> None:
        ending = Ending(status, Failure(name, f"the cell used more than {limit}"))
        if judge:
            self._ending = ending
            self._grace_ends = 0.0
        else:
            self._end_student(ending)

    def _end_student(self, ending: Ending) -> None:
        self._ending = self._ending or ending
        self._student.usable = False
        self._student.kill()
        self._grace_ends = time.monotonic() + _GRACE_SECONDS

    def _over(self) -> bool:
        """Whether the cell was ended and its process has had its time to say so."""
        if self._ending is None or time.monotonic() < self._grace_ends:
            return False
        self._target.usable = False
        self._target.kill()
        return True
