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
    Outcome.AFTER_DEADLINE: "handed in after the deadline; the one before it stays",
    Outcome.TOO_MANY: "beyond the number of attempts; the one that is filed stays",
}


_KEPT = {
    Outcome.REPLACED: "the old one",
    Outcome.OLDER: "an older one",
    Outcome.AFTER_DEADLINE: "one after the deadline",
    Outcome.TOO_MANY: "one too many",
}


def print_report(console: Console, report: CollectReport) -> None:
    """Counts, then what was replaced, then what nobody was given."""
    counts = Counter(filed.outcome for filed in report.filed)
    for source, system in report.systems.items():
        console.print(Text(f"{clean(source)} is a download of {system}."), soft_wrap=True)
    if report.dry_run:
        console.print("Nothing was written. This is what would be done:")
        for filed in report.filed:
            where = ", ".join(filed.came)
            line = (
                f"{filed.student}/{filed.assignment}: {filed.outcome}, from {filed.source}: {where}"
            )
            console.print(Text(f"  {clean(line, 4_096)}"), soft_wrap=True)
    count = len(report.filed)
    verb = "To be collected:" if report.dry_run else "Collected"
    console.print(f"{verb} {count} submission{'' if count == 1 else 's'}.")
    for outcome, words in _WORDS.items():
        if counts[outcome]:
            console.print(f"  {counts[outcome]} {words}")
    for filed in report.filed:
        for came, own in filed.renamed:
            line = f"  {clean(filed.student)}: {clean(came)} is filed as {clean(own)}"
            console.print(Text(line), soft_wrap=True)
        if filed.history:
            where = clean(str(filed.history), 4_096)
            line = f"  {clean(filed.student)}: {_KEPT[filed.outcome]} is in {where}"
            console.print(Text(line), soft_wrap=True)
    if report.undated:
        names = clean(", ".join(student for student, _ in report.undated), 1_000)
        console.print(
            Text(
                f"Late, but the download does not say by how much: {names}. Nobody loses points "
                "for that until submitted/<student>/<assignment>/timestamp.txt says when it came "
                "(2026-11-30 23:59:00 UTC)."
            ),
            soft_wrap=True,
        )
    if report.noise:
        names = clean(", ".join(sorted({name for _, name in report.noise})), 120)
        console.print(
            Text(f"Left, as programs leave them behind ({len(report.noise)}): {names}"),
            soft_wrap=True,
        )
    if report.doubtful:
        console.print(f"Not collected ({len(report.doubtful)}), to be looked at:")
    for doubt in report.doubtful:
        where = f"{doubt.source}: {doubt.path}" if doubt.path else doubt.source
        console.print(Text(f"  {clean(where)}: {clean(doubt.reason)}"), soft_wrap=True)
