"""An explanation for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.console import clean
from autograder.trail.explain import Explanation
from autograder.trail.log import Entry

__all__ = ["print_explanation"]

_SHORT = 12


def print_explanation(console: Console, found: Explanation) -> None:
    """What came out, from what, and what was done since."""
    for line in _lines(found):
        console.print(Text(clean(line, 4_096)), soft_wrap=True)
    table = Table()
    for name in ("notebook", "cell"):
        table.add_column(name)
    for name in ("automatic", "by hand", "extra", "points"):
        table.add_column(name, justify="right")
    table.add_column("comment")
    for cell in found.cells:
        table.add_row(
            Text(clean(cell.notebook)),
            Text(clean(cell.cell)),
            _number(cell.auto_score),
            _number(cell.manual_score),
            _number(cell.extra_credit),
            f"{cell.score:g} of {cell.max_score:g}",
            Text(clean(cell.comment)),
        )
    console.print(table)
    console.print("On record:")
    for entry in found.history:
        text = f"  {entry.time}  {entry.who}  {_told(entry)}"
        console.print(Text(clean(text, 4_096)), soft_wrap=True)
    if not found.history:
        console.print("  nothing")


def _lines(found: Explanation) -> Iterator[str]:
    yield f"{found.student}, {found.assignment}"
    if found.mark is None:
        yield "The gradebook has no marks."
    else:
        mark = found.mark
        yield f"{mark.score:g} of {found.max_score:g} points" + (
            f": {mark.raw_score:g} earned, {mark.penalty:g} taken off" if mark.penalty else ""
        )
        if mark.pending:
            yield f"{mark.pending} answers are still to be marked by a person."
    yield from found.lateness
    graded = found.graded
    if graded is None:
        yield "When and from what it was graded is not on record: another program did it."
        return
    facts = graded.facts
    if facts["status"] == "graded":
        yield f"Graded {graded.time} by {graded.who} with {facts['engine'] or 'no engine'}" + (
            ", as found in an earlier run" if facts["cached"] else ""
        )
    else:
        yield f"In quarantine since {graded.time}, by {graded.who}: {facts['reason']}"
    libraries = ", ".join(f"{name} {version}" for name, version in facts["libraries"].items())
    yield f"  autograder {facts['package'][:_SHORT]}, Python {facts['python']}, {libraries}"
    same = {True: "the same today", False: "CHANGED since then", None: "not known today"}
    yield f"  tests {facts['tests'][:_SHORT]}: {same[found.same_tests]}"
    yield f"  limits {facts['policy'][:_SHORT]}"
    for name, digest in facts["files"].items():
        yield f"  {name}  sha256 {digest}"
    yield f"  these bytes in submitted/: {same[found.same_bytes]}"


def _told(entry: Entry) -> str:
    facts = entry.facts
    match entry.action:
        case "collected":
            digests = ", ".join(
                f"{name} {digest[:_SHORT]}" for name, digest in facts["files"].items()
            )
            return f"collected from {facts['source']}: {facts['outcome']} ({digests})"
        case "graded":
            points = f"{facts['score']:g} of {facts['max_score']:g} automatic points"
            what = points if facts["status"] == "graded" else f"quarantined: {facts['reason']}"
            return f"graded: {what} (tests {facts['tests'][:_SHORT]})"
        case "by hand":
            score = "no score" if facts["score"] is None else f"{facts['score']:g} points"
            extra = f", {facts['extra_credit']:g} extra" if facts["extra_credit"] else ""
            said = f", comment {facts['comment']!r}" if facts["comment"] else ""
            return (
                f"noticed: a person entered {score}{extra}{said} for {facts['cell']}, at some time "
                f"since {facts['since']} (nbgrader does not keep who)"
            )
        case "penalty":
            hours = facts["late_seconds"] / 3600
            return (
                f"late by {hours:.1f} h: {facts['points']:g} points taken off, "
                f"{facts['points_before']:g} until then"
            )
        case "exported":
            points = facts["points"]
            what = "cells or pages, no sum" if points is None else f"{points:g} points"
            return (
                f"exported: {what} to {facts['file']}, format {facts['format']}, one of "
                f"{facts['students']} students (sha256 {facts['sha256']})"
            )
        case other:
            return other


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
