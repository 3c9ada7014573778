"""A student process and a judge on two plain forks: the bridge without the sandbox around it."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import os
import re
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from autograder.sealed import judge, shell, student
from autograder.sealed.compiling import compiled
from autograder.sealed.model import Cell, Failure, Role
from autograder.sealed.ownership import ownership, write_tables
from autograder.sealed.reports import Done, Output, Report, parse_report
from autograder.sealed.wire import Channel

SECONDS = 60.0


def _prepare() -> None:
    """Build the shell that both forks inherit, and leave this process's modules as they were."""
    own = sys.modules["__main__"]
    shell.prepare()
    sys.modules["__main__"] = own


_prepare()
_numbers = itertools.count(1)
STUDENT, LOCKED, GRADE = Role.STUDENT, Role.LOCKED, Role.GRADE


class Pair:
    """Two processes and the supervisor's ends of their control channels."""

    def __init__(self) -> None:
        torch.set_num_threads(1)
        student_ends, judge_ends, bridge = (socket.socketpair() for _ in range(3))
        sockets = [*student_ends, *judge_ends, *bridge]
        self._pids = [
            _fork(student.main, [student_ends[1], bridge[0]], sockets),
            _fork(judge.main, [judge_ends[1], bridge[1]], sockets),
        ]
        for end in (student_ends[1], judge_ends[1], *bridge):
            end.close()
        self.student = Channel(student_ends[0])
        self.judge = Channel(judge_ends[0])

    def close(self) -> None:
        """End both processes."""
        self.student.close()
        self.judge.close()
        for pid in self._pids:
            os.waitpid(pid, 0)


def _fork(
    main: Callable[[Channel, Channel], None],
    mine: list[socket.socket],
    sockets: list[socket.socket],
) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        importlib.reload(warnings)  # pytest has its own ways to show them
        for end in sockets:
            if end not in mine:
                end.close()
        main(Channel(mine[0]), Channel(mine[1]))
    finally:
        os._exit(0)


@contextlib.contextmanager
def pair() -> Iterator[Pair]:
    """A pair that is ended afterwards."""
    both = Pair()
    try:
        yield both
    finally:
        both.close()


def run(
    channel: Channel,
    key: str,
    source: str,
    output_bytes: int = 1 << 20,
    role: Role = GRADE,
) -> tuple[Done, list[Report]]:
    """Run one cell in the process behind `channel`."""
    message = {"op": "run", "id": key, "source": source, "kind": str(role), "token": "t"}
    code = None if role is STUDENT else compiled(source, frozenset(), next(_numbers))
    channel.send({**message, "output_bytes": output_bytes, "code": code})
    reports: list[Report] = []
    end = time.monotonic() + SECONDS
    while True:
        report = parse_report(channel.recv(end - time.monotonic()))
        if isinstance(report, Done):
            return report, reports
        reports.append(report)


def notebook(
    *cells: tuple[Role, str], instructor: Sequence[tuple[Role, str]] | None = None
) -> list[tuple[Done, list[Report]]]:
    """Run a notebook's cells where they belong; the results in the same order.

    Args:
        cells: role and source of each.
        instructor: the instructor's notebook, if its solutions are others.
    """
    methods = None if instructor is None else frozenset[str]()
    own = [
        Cell(f"cell{i}", role, source, methods=methods)
        for i, (role, source) in enumerate(instructor or cells)
    ]
    tables = write_tables(ownership(own))
    results = []
    with pair() as both:
        own_sources = [source for role, source in cells if role is STUDENT]
        both.judge.send({"op": "program", "ownership": tables, "sources": own_sources})
        for index, (role, source) in enumerate(cells):
            key = f"cell{index}"
            if role is not GRADE:
                result = run(both.student, key, source)
            if role is not STUDENT:
                result = run(both.judge, key, source, role=role)
            results.append(result)
    return results


def graded(solution: str, test: str, *, instructor: str | None = None) -> Failure | None:
    """How a test cell fails on a solution cell; None if it passes.

    Args:
        solution: the student's.
        test: the grade cell.
        instructor: the instructor's solution, if it is another.
    """
    own = None if instructor is None else [(STUDENT, instructor), (GRADE, test)]
    results = notebook((STUDENT, solution), (GRADE, test), instructor=own)
    solved, tested = results[0][0], results[1][0]
    assert solved.failure is None, plain(solved.failure)
    return tested.failure


def passes(solution: str, test: str) -> None:
    """Assert that the test cell passes on the solution cell."""
    failure = graded(solution, test)
    assert failure is None, plain(failure)


def plain(failure: Failure | None) -> str:
    """A failure as readable text."""
    if failure is None:
        return "no failure"
    lines = "\n".join((f"{failure.ename}: {failure.evalue}", *failure.traceback))
    return re.sub(r"\x1b\[[0-9;]*m", "", lines)


def text_of(reports: Sequence[Report], stream: str = "stdout") -> str:
    """What was printed."""
    outputs: list[dict[str, Any]] = [item.output for item in reports if isinstance(item, Output)]
    return "".join(output["text"] for output in outputs if output.get("name") == stream)
