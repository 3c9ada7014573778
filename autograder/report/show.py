"""A report in a few lines of a terminal."""

from __future__ import annotations

import math
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.console import clean
from autograder.report.frames import Frames

__all__ = ["print_summary"]

_BAD: Final = 0.2
_COUNTS: Final = ("graded", "late", "missing", "quarantined", "pending")


def print_summary(console: Console, found: Frames) -> None:
    """The main figures of each assignment, and the cells that are worth a look."""
    table = Table(box=None, pad_edge=False)
    table.add_column("assignment")
    for name in (*_COUNTS, "median", "alpha"):
        table.add_column(name, justify="right")
    for row in found.assignments.to_dict("records"):
        table.add_row(
            Text(clean(str(row["assignment"]))),
            *(f"{row[name]:,}" for name in _COUNTS),
            "" if math.isnan(row["median"]) else f"{row['median']:.0%}",
            "" if math.isnan(row["alpha"]) else f"{row['alpha']:.2f}",
        )
    console.print(table)
    cells = found.cells
    # A few marks may be those of empty answers only.
    enough = cells.marked * 2 >= cells.groupby("assignment").marked.transform("max")
    weak = cells[enough & (cells.item_rest < _BAD)].sort_values("item_rest")
    for row in weak.head(5).itertuples():
        name = clean(f"{row.assignment}/{row.cell}")
        console.print(
            Text(
                f"{name} hardly tells strong from weak students: item-rest {row.item_rest:.2f}, "
                f"difficulty {row.facility:.0%}"
            )
        )
