"""What people entered in the gradebook, noticed by comparing it with what the log knows.

nbgrader keeps neither who entered a score nor when; what can be said is between which two looks it
was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.grading.marks import CellMark, Grades
from autograder.trail.log import Entry, Trail

__all__ = ["notice"]

_Key = tuple[str, str, str, str]
_Said = tuple[float | None, float | None, str]


def notice(trail: Trail, entries: list[Entry], grades: Grades) -> int:
    """Put on record what people entered since the last look; tells how much.

    Args:
        trail: where it is written.
        entries: what is on record.
        grades: the gradebook's, with cells.

    Raises:
        OperatorError: the log cannot be written.
    """
    known: dict[_Key, _Said] = {}
    since = "the beginning"
    for entry in entries:
        if entry.action == "looked":
            since = entry.time
        if entry.action == "by hand":
            facts = entry.facts
            key = (facts["assignment"], facts["student"], facts["notebook"], facts["cell"])
            known[key] = (facts["score"], facts["extra_credit"], facts["comment"])
    found: list[tuple[str, Mapping[str, Any]]] = []
    for (assignment, student), cells in sorted(grades.cells.items()):
        for cell in cells:
            key = (assignment, student, cell.notebook, cell.cell)
            said = _said(cell)
            if said != known.get(key, (None, None, "")):
                found.append(("by hand", _facts(key, said, since)))
    trail.add_all([*found, ("looked", {"changes": len(found)})])
    return len(found)


def _said(cell: CellMark) -> _Said:
    return cell.manual_score, cell.extra_credit or None, cell.written


def _facts(key: _Key, said: _Said, since: str) -> dict[str, Any]:
    assignment, student, notebook, name = key
    score, extra, comment = said
    return {
        "assignment": assignment,
        "student": student,
        "notebook": notebook,
        "cell": name,
        "score": score,
        "extra_credit": extra,
        "comment": comment,
        "since": since,
    }
