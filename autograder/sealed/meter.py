"""How much a tree of processes has used, seen from outside."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

__all__ = ["Meter", "Usage", "process_of"]

_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGESIZE")
_CHILD_USER_TIME, _CHILD_SYSTEM_TIME = 13, 14
_PROCESS_CLOCK: Final = 2
_MOST: Final = 4096


def process_of(pidfd: int) -> int:
    """The process id, as seen from here, behind a pidfd; 0 if it has ended.

    Numbers inside a sandbox mean nothing outside, so the kernel is asked.
    """
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        key, _, value = line.partition(":")
        if key == "Pid":
            return max(0, int(value))
    return 0


@final
@dataclass(frozen=True, slots=True)
class Usage:
    """What a tree of processes has used until now.

    Args:
        cpu_seconds: of all its processes, ended ones included.
        memory_bytes: held now beyond what it shared at its start.
        processes: alive now.
    """

    cpu_seconds: float
    memory_bytes: int
    processes: int


class Meter:
    """Measures the tree under one process. CPU time never goes back.

    CPU time is read from each process' own clock, to the nanosecond; of processes that ended,
    the kernel adds what their parents waited for, in hundredths of a second, and what nobody
    waited for counts as far as it was seen alive.

    Args:
        process: the root of the tree, just started.
    """

    def __init__(self, process: int) -> None:
        self._root = process
        self._clocks: dict[int, float] = {}
        self._cpu = 0.0
        self._base = _private(process)

    def cpu(self) -> float:
        """CPU seconds of the whole tree until now."""
        return self._count(self._tree())

    def sample(self, *, exact: bool = False) -> Usage:
        """Everything at once.

        Args:
            exact: count pages that several processes share once; takes a millisecond or two for
                each process, and is right for trees of several.
        """
        tree = self._tree()
        measure = _proportional if exact else _private
        memory = sum(measure(process) for process in tree) - self._base
        return Usage(self._count(tree), max(0, memory), len(tree))

    def _count(self, tree: list[int]) -> float:
        total = 0.0
        for process in tree:
            own = _clock(process)
            self._clocks[process] = max(own, self._clocks.get(process, 0.0))
            total += own + _waited(process)
        self._cpu = max(self._cpu, total, sum(self._clocks.values()))
        return self._cpu

    def _tree(self) -> list[int]:
        found = [self._root]
        for process in found:
            found.extend(_children(process))
            if len(found) > _MOST:
                break
        return found


def _clock(process: int) -> float:
    if not process:
        return 0.0  # to the kernel, 0 would mean this process
    try:
        return time.clock_gettime((~process << 3) | _PROCESS_CLOCK)
    except OSError:
        return 0.0


def _waited(process: int) -> float:
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[_CHILD_USER_TIME]) + int(fields[_CHILD_SYSTEM_TIME])) * _TICK
    return 0.0


def _private(process: int) -> int:
    with suppress(OSError, ValueError):
        _, resident, shared, *_ = Path(f"/proc/{process}/statm").read_text().split()
        return (int(resident) - int(shared)) * _PAGE
    return 0


def _proportional(process: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    return _private(process)


def _children(process: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            with suppress(OSError):
                found += [int(child) for child in (task / "children").read_text().split()]
    return found
