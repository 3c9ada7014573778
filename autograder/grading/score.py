"""From the run of a grade cell to points. Whatever was not proven earns nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from autograder.assignment import AssignmentCell
from autograder.grading.told import NOT_SOLVED, told
from autograder.grading.verdict import CellVerdict, Status
from autograder.sealed.model import CellResult, CellStatus, Failure

__all__ = ["NOT_RUN", "NOT_SOLVED", "decide", "score_cell"]

NOT_RUN = "This test was not run."
_MESSAGE_CHARS = 2_000
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_ENDED = {
    CellStatus.TIMEOUT: (Status.TIMEOUT, "The time for this test ran out before it was done."),
    CellStatus.MEMORY: (Status.MEMORY, "This test needed more memory than is allowed."),
    CellStatus.CRASHED: (Status.CRASHED, "The Python process ended while this test was running."),
    CellStatus.NOT_RUN: (Status.NOT_RUN, NOT_RUN),
}


def score_cell(
    notebook: str,
    cell: AssignmentCell,
    result: CellResult | None,
    sources: Mapping[str, str] | None = None,
    *,
    is_open: bool = False,
) -> CellVerdict:
    """Decide about one autograded cell.

    Args:
        notebook: name of its notebook.
        cell: the instructor's cell.
        result: how its run ended; None if the engine says nothing about it.
        sources: the submission's own cells, by id.
        is_open: whether it runs in the student's process.
    """
    status, points, message, note = decide(cell.points, result, sources)
    hidden = result.failure if result and result.exposed else None
    return CellVerdict(
        notebook=notebook,
        grade_id=cell.grade_id or cell.cell_id,
        status=status,
        points=points,
        max_points=cell.points,
        message=message,
        author_note=note,
        detail=_failed(hidden)[1] if hidden else "",
        open=is_open,
        cpu_seconds=result.cpu_seconds if result else 0.0,
        peak_bytes=result.peak_bytes if result else 0,
    )


def decide(
    max_points: float, result: CellResult | None, sources: Mapping[str, str] | None = None
) -> tuple[Status, float, str, str]:
    """Status, points, the message for the student and the note for the author."""
    if result is None:
        return Status.NOT_RUN, 0.0, NOT_RUN, ""
    match result.status:
        case CellStatus.OK if result.failure is None:
            return _passed(max_points, result.returned)
        case CellStatus.OK | CellStatus.ERROR:
            status, message = _failed(result.failure)
            if result.exposed and result.failure is not None:
                message = _clean(told(result.failure, sources or {}))
            return status, 0.0, message, ""
        case ended:
            status, message = _ENDED[ended]
            return status, 0.0, message, ""


def _passed(max_points: float, returned: str | None) -> tuple[Status, float, str, str]:
    if returned is None:
        return Status.PASSED, max_points, "", ""
    shown = returned if len(returned) <= 80 else returned[:77] + "..."
    try:
        points = float(returned.strip())
    except ValueError:
        points = math.nan
    if not 0 <= points <= max_points:
        note = (
            f"The last expression of this test shows {shown}. nbgrader reads it as partial "
            f"credit, and it is no number from 0 to {max_points:g}: end the cell with such a "
            "number, or with a semicolon or an assignment."
        )
        return Status.ERROR, 0.0, "This test could not be evaluated; your teacher is told.", note
    if points == max_points:
        return Status.PASSED, points, "", ""
    if points == 0:
        return Status.FAILED, 0.0, "This test gave no points.", ""
    return Status.PARTIAL, points, f"This test gave {points:g} of {max_points:g} points.", ""


def _failed(failure: Failure | None) -> tuple[Status, str]:
    if failure is None:
        return Status.ERROR, "This test ended with an error."
    text = _clean(failure.evalue)
    match failure.ename:
        case "AssertionError":
            return Status.FAILED, text or "A check in this test does not hold."
        case "NotImplementedError":
            return Status.ERROR, text or NOT_SOLVED
        case name:
            return Status.ERROR, f"{_clean(name)}: {text}" if text else _clean(name)


def _clean(text: str) -> str:
    """Text for people: without terminal codes, control characters and excess length."""
    plain = _ANSI.sub("", text)
    plain = "".join(char for char in plain if char.isprintable() or char in "\n\t").strip()
    return plain if len(plain) <= _MESSAGE_CHARS else plain[: _MESSAGE_CHARS - 3] + "..."
