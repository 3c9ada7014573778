"""What people see in a terminal. Everything that a submission brings is cleaned first."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, final

from rich.columns import Columns
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from autograder.grading.batch import BatchReport
    from autograder.grading.batch import Progress as BatchProgress
    from autograder.grading.preview import Preview
    from autograder.grading.verdict import Verdict

__all__ = [
    "clean",
    "grading_progress",
    "grading_table",
    "make_console",
    "print_account",
    "print_mistakes",
    "print_preview",
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
    progress = _Live(console)
    with Live(progress, console=console, transient=True, refresh_per_second=4):
        yield progress


@final
class _Lines:
    """One line a submission; one line for all that nothing was done about."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total = 0
        self._done = 0

    def started(self, total: int) -> None:
        self._total = total

    def running(self, student: str) -> None:
        pass

    def graded(self, student: str, verdict: Verdict, *, cached: bool) -> None:
        self._done += 1
        how = "graded before" if cached else f"{verdict.seconds:.1f} s"
        self._console.print(
            f"[{self._done}/{self._total}] {clean(student)}: {_outcome(verdict)} ({how})",
            soft_wrap=True,
        )

    def notice(self, message: str) -> None:
        self._console.print(clean(message), soft_wrap=True)


@final
class _Live:
    """A bar, what is running, and what to look at.

    Rendered by another thread than the one that tells it what happens.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = ProgressBar(total=None, width=40)
        self._total = 0
        self._done = 0
        self._cached = 0
        self._failing = 0
        self._quarantined = 0
        self._start = time.monotonic()
        self._running: dict[str, float] = {}
        self._slowest = ("", 0.0)

    def started(self, total: int) -> None:
        self._total = total
        self._bar.total = total

    def running(self, student: str) -> None:
        self._running[student] = time.monotonic()

    def graded(self, student: str, verdict: Verdict, *, cached: bool) -> None:
        self._running.pop(student, None)
        self._done += 1
        self._cached += cached
        self._failing += _is_failing(verdict)
        self._quarantined += verdict.status == "quarantined"
        self._bar.update(self._done)
        if not cached and verdict.seconds > self._slowest[1]:
            self._slowest = (student, verdict.seconds)

    def notice(self, message: str) -> None:
        self._console.print(clean(message))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        done = f" {self._done}/{self._total}  {self._speed()}"
        yield Columns([self._bar, Text(done, overflow="ellipsis", no_wrap=True)])
        counts = f"{self._failing} failing, {self._quarantined} quarantined"
        if self._cached:
            counts += f", {self._cached} graded before"
        if self._slowest[0]:
            counts += f"; slowest {clean(self._slowest[0], 40)} ({self._slowest[1]:.1f} s)"
        yield Text(counts, overflow="ellipsis", no_wrap=True)
        now = time.monotonic()
        running = sorted(self._running.copy().items(), key=lambda item: item[1])
        shown = ", ".join(f"{clean(name, 40)} {now - since:.0f} s" for name, since in running[:8])
        more = f" and {len(running) - 8} more" if len(running) > 8 else ""
        yield Text(f"running: {shown}{more}"[:width], overflow="ellipsis", no_wrap=True)

    def _speed(self) -> str:
        elapsed = time.monotonic() - self._start
        fresh = self._done - self._cached
        if not fresh or elapsed < 1:
            return "starting" if not self._done else ""
        rate = fresh / elapsed
        left = timedelta(seconds=round((self._total - self._done) / rate))
        return f"{rate:.1f} a second, {left} left"


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


def print_account(console: Console, report: BatchReport) -> None:
    """What this run did, and what another one could do."""
    fresh = len(report.verdicts) - len(report.unchanged)
    if report.unchanged:
        console.print(
            f"{fresh} graded now, {len(report.unchanged)} graded before and unchanged "
            "(--force grades everything again)."
        )
    if report.unsettled:
        names = ", ".join(clean(student, 40) for student in report.unsettled[:10])
        more = f" and {len(report.unsettled) - 10} more" if len(report.unsettled) > 10 else ""
        console.print(
            Text(
                f"Out of time or memory, or crashed: {names}{more}. If this machine was short of "
                "either, --retry grades these again."
            ),
            soft_wrap=True,
        )


def print_mistakes(console: Console, report: BatchReport) -> None:
    """Mistakes that were recognised, and how many students made each."""
    counts = Counter(
        name
        for verdict in report.verdicts.values()
        for name in {cell.diagnosis for cell in verdict.cells if cell.diagnosis}
    )
    if counts:
        shown = ", ".join(f"{clean(name, 80)} {count}" for name, count in counts.most_common())
        console.print(Text(f"Mistakes recognised, and in how many submissions: {shown}"))


def print_preview(console: Console, found: Preview) -> None:
    """Who would gain or lose what, which cells do it, and the distributions side by side."""
    table = Table(title=f"What would change in {clean(found.assignment)}")
    table.add_column("student")
    for name in ("now", "then", "change"):
        table.add_column(name, justify="right")
    table.add_column("why")
    for change in found.changes:
        why = "; ".join(
            f"{cell.cell}: {_or_dash(cell.before)} to {cell.after:g}"
            + (", but a person's points stay" if cell.manual is not None else "")
            for cell in change.cells
        )
        table.add_row(
            Text(clean(change.student)),
            _or_dash(change.before),
            _or_dash(change.after),
            f"{change.difference:+g}" if change.after is not None else "stays",
            Text(clean(change.reason or why)),
        )
    if found.changes:
        console.print(table)
    for name, (gains, losses) in found.by_cell.items():
        console.print(Text(f"{clean(name)}: {gains} gain, {losses} lose points"))
    widest = max(*found.before, *found.after, 1)
    console.print("Points (tenths of the maximum), how many students now and then:")
    for tenth, (now, then) in enumerate(zip(found.before, found.after, strict=True)):
        bars = (f"{'#' * round(20 * count / widest):20} {count:5}" for count in (now, then))
        console.print(f"{10 * tenth:4}-{10 * tenth + 10:<3} % {'  '.join(bars)}")
    stay = sum(change.after is None for change in found.changes)
    summary = f"{len(found.changes) - stay} would change, {found.unchanged} would not"
    console.print(f"{summary}, {stay} cannot be graded." if stay else f"{summary}.")


def _or_dash(points: float | None) -> str:
    return "–" if points is None else f"{points:g}"


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
        count = len(verdict.repairs)
        notes.append(f"{count} cell{'' if count == 1 else 's'} put right")
    return clean("; ".join(notes), limit=400)
