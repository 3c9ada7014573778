"""What people see in a terminal. Everything that a submission brings is cleaned first."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from autograder.grading.batch import BatchReport
    from autograder.grading.batch import Progress as BatchProgress
    from autograder.grading.verdict import Verdict

__all__ = [
    "clean",
    "grading_progress",
    "grading_table",
    "make_console",
    "print_quarantined",
    "print_written",
    "warn",
]

_PLAIN_WIDTH = 120
_EARNING = {"passed", "manual"}
_ENDED = {"timeout": "out of time", "memory": "out of memory", "crashed": "crashed"}


def make_console(*, record: bool = False) -> Console:
    """A console for the terminal, or for a file or pipe in plain lines of a fixed width.

    Args:
        record: keep what is printed for a picture, which is as wide as a file.
    """
    fixed = record or not (sys.stdout.isatty() or "COLUMNS" in os.environ)
    width = _PLAIN_WIDTH if fixed else None
    return Console(highlight=False, markup=False, emoji=False, width=width, record=record)


def clean(text: str, limit: int = 400) -> str:
    """One line that is safe to print: no control, direction or format characters, bounded."""
    line = " ".join(text.split())
    line = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def warn(message: str) -> None:
    """Print one line on the standard error stream."""
    print(f"autograder: {clean(message, limit=2_000)}", file=sys.stderr)


@contextmanager
def grading_progress(console: Console) -> Iterator[BatchProgress]:
    """Shows how a batch goes: live in a terminal, one line a submission elsewhere."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with progress:
        yield _Live(progress)


@final
class _Lines:
    """One line a submission."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total = 0
        self._done = 0

    def started(self, total: int) -> None:
        self._total = total

    def graded(self, student: str, verdict: Verdict) -> None:
        self._done += 1
        self._console.print(
            f"[{self._done}/{self._total}] {clean(student)}: {_outcome(verdict)} "
            f"({verdict.seconds:.1f} s)",
            soft_wrap=True,
        )


@final
class _Live:
    """A bar with counts and speed."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None
        self._start = time.monotonic()
        self._counts: Counter[str] = Counter()

    def started(self, total: int) -> None:
        self._task = self._progress.add_task("Grading", total=total, note="")

    def graded(self, student: str, verdict: Verdict) -> None:
        del student  # only the counts are shown
        self._counts["done"] += 1
        self._counts["failing"] += _is_failing(verdict)
        self._counts["quarantined"] += verdict.status == "quarantined"
        if self._task is None:
            return
        rate = self._counts["done"] / max(time.monotonic() - self._start, 1e-6)
        note = (
            f"{self._counts['failing']} failing, {self._counts['quarantined']} quarantined, "
            f"{rate:.1f} a second"
        )
        self._progress.update(self._task, advance=1, note=note)


def grading_table(report: BatchReport) -> Table:
    """One row a submission: student, score, status and what needs attention."""
    table = Table(title=Text(f"{clean(report.assignment)}: {len(report.verdicts)} submissions"))
    table.add_column("student", overflow="fold")
    table.add_column("automatic points", justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("needs attention", overflow="fold", ratio=1)
    for student, verdict in report.verdicts.items():
        quarantined = verdict.status == "quarantined"
        table.add_row(
            Text(clean(student, limit=80)),
            Text("-" if quarantined else f"{verdict.score:g} of {verdict.max_score:g}"),
            Text(str(verdict.status), style="red" if quarantined else ""),
            Text(_attention(verdict)),
        )
    return table


def print_quarantined(console: Console, report: BatchReport) -> None:
    """Every submission that could not be graded, with the reason and what to do."""
    if not report.quarantined:
        return
    console.print()
    console.print(f"Quarantined ({len(report.quarantined)}), graded when put right:")
    for student in report.quarantined:
        reason = clean(report.verdicts[student].reason, limit=2_000)
        console.print(Text(f"  {clean(student)}: {reason}"), soft_wrap=not console.record)


def print_written(console: Console, what: str, where: Path | str) -> None:
    """Say where something lies."""
    console.print(Text(f"{what}: {clean(str(where), limit=4_096)}"), soft_wrap=True)


def _outcome(verdict: Verdict) -> str:
    if verdict.status == "quarantined":
        return f"quarantined: {clean(verdict.reason)}"
    return f"{verdict.score:g} of {verdict.max_score:g}"


def _is_failing(verdict: Verdict) -> bool:
    graded = verdict.status == "graded"
    return graded and any(cell.status not in _EARNING for cell in verdict.cells)


def _attention(verdict: Verdict) -> str:
    if verdict.status == "quarantined":
        return "see below"
    notes = [
        f"test {cell.grade_id}: {clean(cell.author_note)}"
        for cell in verdict.cells
        if (cell.author_note)
    ]
    manual = sum(cell.status == "manual" for cell in verdict.cells)
    if manual:
        notes.append(f"{manual} to grade by hand")
    ended = Counter(_ENDED[cell.status] for cell in verdict.cells if cell.status in _ENDED)
    notes += [f"{count} {what}" for what, count in ended.items()]
    if verdict.repairs:
        notes.append(f"{len(verdict.repairs)} cells put right")
    return clean("; ".join(notes), limit=400)
