"""A verdict that comes from elsewhere: another machine, or the disk."""

from __future__ import annotations

import json
import math
from typing import Final

from autograder.assignment import Assignment, AssignmentCell, AssignmentNotebook, CellKind
from autograder.grading.plain import PlainError, decode
from autograder.grading.verdict import CellVerdict, Status, SubmissionStatus, Verdict

__all__ = ["check_verdict", "read_verdict"]

_LIMIT: Final = 512 << 20
_TEXT_CHARS: Final = 100_000
_EARNING: Final = {Status.PASSED, Status.PARTIAL}


def read_verdict(data: bytes, assignment: Assignment) -> Verdict:
    """A verdict from bytes that nobody vouches for.

    Raises:
        PlainError: they are no verdict that this assignment can have.
    """
    verdict = decode(Verdict, data, limit=_LIMIT)
    check_verdict(verdict, assignment)
    return verdict


def check_verdict(verdict: Verdict, assignment: Assignment) -> None:
    """Refuse what grading this assignment cannot give.

    Raises:
        PlainError: the cells are not the assignment's, points do not follow from the status,
            a notebook is not one of its own, or a text is endless.
    """
    if verdict.assignment != assignment.name:
        raise PlainError(f"the verdict is about {verdict.assignment!r}")
    wanted = [
        (notebook.name, cell)
        for notebook in assignment.notebooks.values()
        for cell in notebook.graded()
    ]
    if len(wanted) != len(verdict.cells):
        raise PlainError(f"the verdict has {len(verdict.cells)} cells, not {len(wanted)}")
    graded = verdict.status is SubmissionStatus.GRADED
    for found, (notebook, cell) in zip(verdict.cells, wanted, strict=True):
        _check_cell(found, notebook, cell)
        _check_diagnosis(found, cell, assignment)
        _check_carried(found, assignment.notebooks[notebook])
        if not graded and found.points:
            raise PlainError("a quarantined submission has points")
    texts = [verdict.reason, verdict.engine]
    for repair in verdict.repairs:
        texts += [repair.notebook, repair.grade_id, repair.what]
    if any(len(text) > _TEXT_CHARS for text in texts):
        raise PlainError("a text of the verdict is too long")
    if not math.isfinite(verdict.seconds):
        raise PlainError("the verdict took no finite time")
    _check_notebooks(verdict, assignment)


def _check_cell(found: CellVerdict, notebook: str, cell: AssignmentCell) -> None:
    where = f"{found.notebook}/{found.grade_id}"[:200]
    expected = (notebook, cell.grade_id or cell.cell_id, cell.points)
    if (found.notebook, found.grade_id, found.max_points) != expected:
        raise PlainError(
            f"cell {where} is not {expected[0]}/{expected[1]}, or worth something else"
        )
    if not 0 <= found.points <= found.max_points:
        raise PlainError(f"cell {where} has {found.points} of {found.max_points} points")
    if found.points and found.status not in _EARNING:
        raise PlainError(f"cell {where} has points and is {found.status}")
    if found.status is Status.PASSED and found.points != found.max_points:
        raise PlainError(f"cell {where} passed without its points")
    by_hand = cell.kind is not CellKind.GRADE
    if found.status in (_EARNING if by_hand else {Status.MANUAL}):
        raise PlainError(f"cell {where} is {found.status}, which a {cell.kind} cell cannot be")
    if max(map(len, (found.message, found.author_note, found.detail))) > _TEXT_CHARS:
        raise PlainError(f"a text about cell {where} is too long")


def _check_diagnosis(found: CellVerdict, cell: AssignmentCell, assignment: Assignment) -> None:
    known = {
        pattern.hint
        for pattern in assignment.patterns
        if (pattern.notebook, pattern.cell) == (found.notebook, cell.cell_id)
    }
    own_points = found.points and not found.carried
    if found.diagnosis and (own_points or found.diagnosis not in known):
        where = f"{found.notebook}/{found.grade_id}"[:200]
        raise PlainError(f"cell {where} has a diagnosis that it cannot have")


def _check_carried(found: CellVerdict, notebook: AssignmentNotebook) -> None:
    solutions = {cell.grade_id for cell in notebook.cells if cell.kind is CellKind.SOLUTION}
    if found.carried and (found.status is not Status.PARTIAL or not solutions >= {*found.carried}):
        where = f"{found.notebook}/{found.grade_id}"[:200]
        raise PlainError(f"cell {where} cannot have carried points")


def _check_notebooks(verdict: Verdict, assignment: Assignment) -> None:
    graded = verdict.status is SubmissionStatus.GRADED
    if not verdict.notebooks.keys() <= assignment.notebooks.keys() or (
        graded != bool(verdict.notebooks)
    ):
        raise PlainError("the verdict has other notebooks than the assignment")
    for name, data in verdict.notebooks.items():
        try:
            document = json.loads(data)
            cells = document["cells"]
            usable = document["nbformat"] == 4 and isinstance(cells, list)
            usable = usable and all(map(_is_cell, cells))
        except (ValueError, KeyError, TypeError, RecursionError):
            usable = False
        if not usable:
            raise PlainError(f"{name} of the verdict is no notebook")


def _is_cell(cell: dict[str, object]) -> bool:
    source = cell["source"]
    lines = source if isinstance(source, list) else [source]
    return isinstance(cell["id"], str) and all(isinstance(line, str) for line in lines)
