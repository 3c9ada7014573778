"""What the instructor reads about an audit in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.audit.audit import AuditReport, Trial, TrialKind
from autograder.audit.document import alone, kills, scores
from autograder.audit.generated import Hunt
from autograder.console import clean

__all__ = ["Heard", "audit_progress", "print_report"]

Heard = Callable[[Trial | Hunt | str], None]
_MEGABYTE = 1 << 20


@contextmanager
def audit_progress(console: Console) -> Iterator[Heard]:
    """Tells how an audit goes: counts in a terminal, what is wrong at once everywhere."""
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.completed:.0f} done"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress:
        task = progress.add_task("", total=None)

        def heard(what: Trial | Hunt | str) -> None:
            match what:
                case Trial():
                    _print_trial(progress.console, what)
                    progress.advance(task)
                case Hunt():
                    _print_hunt(progress.console, what)
                    progress.advance(task)
                case stage if stage.startswith("seed "):
                    progress.advance(task)
                case stage:
                    progress.reset(task, description=clean(stage))
                    if not console.is_terminal:
                        console.print(Text(f"{clean(stage)} ..."))
                        sys.stdout.flush()

        yield heard


def _print_trial(console: Console, trial: Trial) -> None:
    if trial.passed:
        return
    what = f"{trial.kind} {trial.name}".strip()
    line = Text(f"{clean(what)}: ").append("NOT AS EXPECTED", "red")
    console.print(line, soft_wrap=True)
    console.print(Text(f"    {clean(trial.description)}"), soft_wrap=True)
    console.print(Text(f"    {clean(trial.fault, 2_000)}"), soft_wrap=True)


def _print_hunt(console: Console, hunt: Hunt) -> None:
    if hunt.survived:
        mutant = hunt.mutant
        console.print(
            Text("SURVIVED", "red").append(f" {clean(mutant.name)}   was: {clean(mutant.line)}"),
            soft_wrap=True,
        )


def print_report(console: Console, report: AuditReport) -> None:
    """The result: a table of the grade cells, a summary, and what has to be put right."""
    console.print(_table(report))
    mutants, others = report.of(TrialKind.MUTANT), report.of(TrialKind.ALTERNATIVE)
    by_hand = (
        f"{sum(trial.passed for trial in mutants)} of {len(mutants)} wrong solutions written by "
        f"hand are found where they should be, {sum(trial.passed for trial in others)} of "
        f"{len(others)} other right ones get full points."
    )
    lines = [by_hand]
    if report.hunts:
        fates = scores(report).values()
        lines.append(
            f"Generated mutants: {sum(fate['killed'] for fate in fates)} killed, "
            f"{sum(fate['survived'] for fate in fates)} survived, "
            f"{sum(fate['equivalent'] for fate in fates)} equivalent "
            f"({len(report.hunts)} of {report.possible} run)."
        )
    stability = report.stability
    if stability.runs:
        lines.append(
            f"Reference: {stability.runs} runs, {len(stability.flaky)} flaky cells; chance that a "
            f"right notebook of a class fails: {stability.budget_used:.1g}."
        )
    if report.open_cells:
        lines.append(f"Open, with no more protection than nbgrader's: {_list(report.open_cells)}")
    if report.borrowing_cells:
        lines.append(
            "With classes of modules beside the notebook that a submission may change: "
            f"{_list(report.borrowing_cells)}"
        )
    if report.unprotected:
        lines.append(f"Without a hidden test: {_list(report.unprotected)}")
    for line in lines:
        console.print(Text(line), soft_wrap=True)
    for fault in report.faults:
        console.print(Text(f"  {clean(fault, 2_000)}", "red"), soft_wrap=True)
    if any(hunt.survived for hunt in report.hunts):
        console.print(
            "A survivor is a change that your tests do not notice. Add a case to a hidden test, "
            f"or, if it is still right, say why in tests/assignments/{clean(report.assignment)}/"
            "equivalent.toml.",
            soft_wrap=True,
        )
    verdict = "passed" if report.passed else f"FAILED, {len(report.faults)} to put right"
    extent = "" if report.plan.complete else " (not the whole audit)"
    console.print(
        f"{clean(report.assignment)}: audit {verdict}{extent} "
        f"({report.engine}, {report.seconds:.0f} s)."
    )


def _table(report: AuditReport) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("grade cell")
    for column in ("points", "kills", "alone", "CPU s", "MB", "deadline s"):
        table.add_column(column, justify="right")
    matrix, only, costs = kills(report), alone(report), report.stability.costs
    for cell, points in report.points.items():
        cost = costs.get(cell)
        table.add_row(
            clean(cell),
            f"{points:g}",
            str(sum(matrix.get(cell, {}).values())),
            str(only.get(cell, 0)),
            f"{cost.cpu_seconds:.2f}" if cost else "",
            f"{cost.peak_bytes / _MEGABYTE:.0f}" if cost else "",
            str(cost.deadline) if cost else "",
        )
    return table


def _list(names: tuple[str, ...] | dict[str, float]) -> str:
    return clean(", ".join(names), 4_000)
