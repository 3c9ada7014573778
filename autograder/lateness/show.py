"""The rules' effect as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from autograder.console import clean
from autograder.lateness.apply import Deduction
from autograder.lateness.assess import explain, spoken
from autograder.lateness.rules import Rules

__all__ = ["policy_table"]


def policy_table(rules: Rules, deductions: Sequence[Deduction]) -> Table:
    """Everybody who is late or has an extension."""
    table = Table(title="Late, extended or both")
    for name in ("student", "assignment", "late"):
        table.add_column(name)
    table.add_column("taken off", justify="right")
    table.add_column("until now", justify="right")
    table.add_column("why")
    for deduction in deductions:
        lateness = deduction.lateness
        why = " ".join(explain(lateness, points=deduction.points, zone=rules.zone))
        if not why and not deduction.changed:
            continue
        table.add_row(
            Text(clean(deduction.student)),
            Text(clean(lateness.assignment)),
            spoken(lateness.late) if lateness.late else "",
            f"{deduction.points:g}",
            Text(f"{deduction.before:g}", style="bold" if deduction.changed else ""),
            Text(clean(why)),
        )
    return table
