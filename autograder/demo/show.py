"""What the demo prints."""

from __future__ import annotations

import re
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.console import clean, print_quarantined
from autograder.demo.run import DemoReport

__all__ = ["print_report", "svg"]

_REMOTE = re.compile(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", re.DOTALL)
_OTHER_COLUMNS = 54


def print_report(console: Console, report: DemoReport) -> None:
    """The class in a table, what needs a person, and where everything lies."""
    console.print(_table(report, console.width))
    print_quarantined(console, report.graded)
    for doubt in report.collected.doubtful:
        path = Path(doubt.source).name
        line = f"Not collected: {path}: {doubt.path}: {doubt.reason}"
        console.print(Text(clean(line)), soft_wrap=not console.record)
    if any(verdict.needs_manual_grade for verdict in report.graded.verdicts.values()):
        console.print("Points for written answers are given by a person and are not in yet.")
    console.print()
    for what, where in (
        ("what the students got", "release"),
        ("what they handed in", "submitted"),
        ("their notebooks as they were run", "autograded"),
        ("what they get back", "feedback"),
        ("the grades", report.grades.name),
        ("nbgrader's gradebook", "gradebook.db"),
    ):
        console.print(f"{what:<34}{_shown(report.folder / where)}", soft_wrap=True)
    console.print()
    for student, problems in report.surprises.items():
        for problem in problems:
            console.print(Text(f"{clean(student)}: {clean(problem)}", "red"), soft_wrap=True)
    if not report.audited.passed:
        console.print(Text("The audit found tests that are not in order.", "red"))
    right = len(report.hand_ins) - len(report.surprises)
    console.print(
        f"{right} of {len(report.hand_ins)} submissions got exactly the marks they should "
        f"({report.audited.engine})."
    )


def _table(report: DemoReport, width: int) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("student", no_wrap=True)
    table.add_column("handed in", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("as expected", no_wrap=True)
    for hand_in in report.hand_ins:
        verdict = report.graded.verdicts.get(hand_in.student)
        status = str(verdict.status) if verdict else "missing"
        graded = verdict is not None and status == "graded"
        table.add_row(
            Text(clean(hand_in.student)),
            Text(clean(hand_in.what, limit=max(20, width - _OTHER_COLUMNS))),
            Text(f"{verdict.score:g} of {verdict.max_score:g}" if verdict and graded else "-"),
            Text(status, "" if graded else "yellow"),
            Text("NO", "red") if hand_in.student in report.surprises else Text("yes", "green"),
        )
    return table


def _shown(path: Path) -> str:
    """Short where the reader stands above it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def svg(console: Console) -> str:
    """A picture of what a recording console printed, the same every time for the same text."""
    picture = console.export_svg(title="make demo", unique_id="demo")
    # The fonts would be fetched from a server; the reader's own monospaced font does as well.
    return _REMOTE.sub("", picture)
