"""What the operator reads about a collection."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.text import Text

from autograder.collect.collect import CollectReport, Outcome
from autograder.console import clean

__all__ = ["print_report"]

_WORDS = {
    Outcome.NEW: "new",
    Outcome.REPLACED: "replaced an earlier one, which is kept",
    Outcome.UNCHANGED: "the same as before",
    Outcome.OLDER: "handed in earlier than what is filed, which stays",
}


def print_report(console: Console, report: CollectReport) -> None:
    """Counts, then what was replaced, then what nobody was given."""
    counts = Counter(filed.outcome for filed in report.filed)
    console.print(f"Collected {len(report.filed)} submissions.")
    for outcome, words in _WORDS.items():
        if counts[outcome]:
            console.print(f"  {counts[outcome]} {words}")
    for filed in report.filed:
        if filed.history:
            line = f"  {clean(filed.student)}: the old one is in {clean(str(filed.history), 4_096)}"
            console.print(Text(line), soft_wrap=True)
    if report.doubtful:
        console.print(f"Not collected ({len(report.doubtful)}), to be looked at:")
    for doubt in report.doubtful:
        where = f"{doubt.source}: {doubt.path}" if doubt.path else doubt.source
        console.print(Text(f"  {clean(where)}: {clean(doubt.reason)}"), soft_wrap=True)
