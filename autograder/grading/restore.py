"""Puts a submitted notebook back on the instructor's footing before anything runs.

Grade cells and locked cells are replaced by the instructor's, missing ones are put back, and
metadata is never taken from a submission. What remains of the student is source text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from autograder.assignment import AssignmentCell, AssignmentNotebook, CellKind
from autograder.errors import NotebookError
from autograder.grading.recognise import Claim, Mark, belongs, plain_text, recognise
from autograder.grading.verdict import Repair
from autograder.notebooks import CellType, SubmittedCell, SubmittedNotebook, unique_cell_ids

__all__ = ["RestoredCell", "RestoredNotebook", "restore"]


@final
@dataclass(frozen=True, slots=True)
class RestoredCell:
    """A cell as it is run and shown to the grader.

    Args:
        id: nbformat id, unique in the notebook.
        cell_type: code, markdown or raw.
        source: the student's for their own cells, the instructor's for restored ones.
        origin: the instructor's cell it stands for; None for cells that a student added.
        missing: the submission did not have it.
        attachments: images that the student pasted.
    """

    id: str
    cell_type: CellType
    source: str
    origin: AssignmentCell | None = None
    missing: bool = False
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class RestoredNotebook:
    """A submission in running order, and what had to be put right."""

    cells: tuple[RestoredCell, ...]
    repairs: tuple[Repair, ...]


@final
@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in the restored notebook; at least one of the two is given."""

    origin: AssignmentCell | None
    submitted: SubmittedCell | None


def restore(notebook: AssignmentNotebook, submission: SubmittedNotebook) -> RestoredNotebook:
    """Merge a submission with the instructor's notebook.

    The order of the cells is the student's. Where an id stands twice the last cell has it, as in
    nbgrader; the others run as the student's own code. `recognise` finds cells that lost their
    nbgrader metadata.

    Raises:
        NotebookError: nothing in it belongs to this notebook.
    """
    claims = recognise(notebook, submission)
    if not belongs(notebook, claims.values()):
        raise NotebookError(
            submission.where,
            f"none of its cells belongs to {notebook.name!r}; it is another notebook, or the "
            "program that saved it dropped the cells' metadata",
            "Hand in the notebook that was given out, with the answers in its own cells",
        )
    repairs: list[Repair] = []
    slots = [
        _Slot(claim.origin if (claim := claims.get(cell.position)) else None, cell)
        for cell in submission.cells
    ]
    repairs += _recognised(notebook, submission, claims)
    repairs += _duplicates(notebook, submission, claims)
    repairs += _unknown(notebook, submission, claims)
    repairs += _insert_missing(notebook, slots)
    own = unique_cell_ids(
        (slot.submitted.cell_id for slot in slots if slot.submitted and not slot.origin),
        reserved=[cell.cell_id for cell in notebook.cells],
    )
    names = iter(own)
    ids = [slot.origin.cell_id if slot.origin else next(names) for slot in slots]
    cells = []
    for cell_id, slot in zip(ids, slots, strict=True):
        cell, changes = _merge(cell_id, slot)
        cells.append(cell)
        repairs += [Repair(notebook.name, cell.id, what) for what in changes]
    return RestoredNotebook(cells=tuple(cells), repairs=tuple(repairs))


def _recognised(
    notebook: AssignmentNotebook, submission: SubmittedNotebook, claims: Mapping[int, Claim]
) -> list[Repair]:
    return [
        Repair(
            notebook.name,
            claim.origin.grade_id or claim.origin.cell_id,
            f"the cell had lost its nbgrader metadata; recognised by {claim.by}"
            if cell.grade_id is None
            else f"the cell was called {cell.grade_id[:60]!r}; recognised by {claim.by}",
        )
        for cell in submission.cells
        if (claim := claims.get(cell.position)) is not None and claim.by is not Mark.GRADE_ID
    ]


def _duplicates(
    notebook: AssignmentNotebook, submission: SubmittedNotebook, claims: Mapping[int, Claim]
) -> list[Repair]:
    known = {cell.grade_id for cell in notebook.cells if cell.grade_id}
    return [
        Repair(
            notebook.name,
            cell.grade_id,
            f"the cell stands more than once; number {cell.position} runs as ordinary code, "
            "the last one counts",
        )
        for cell in submission.cells
        if cell.grade_id in known and cell.grade_id is not None and cell.position not in claims
    ]


def _unknown(
    notebook: AssignmentNotebook, submission: SubmittedNotebook, claims: Mapping[int, Claim]
) -> list[Repair]:
    known = {cell.grade_id for cell in notebook.cells if cell.grade_id}
    return [
        Repair(
            notebook.name,
            cell.grade_id[:60],
            f"the assignment has no such cell (an older release may have had it); number "
            f"{cell.position} is an ordinary cell",
        )
        for cell in submission.cells
        if cell.grade_id is not None and cell.grade_id not in known and cell.position not in claims
    ]


def _insert_missing(notebook: AssignmentNotebook, slots: list[_Slot]) -> list[Repair]:
    """Put every missing cell that has an id behind its predecessor."""
    repairs = []
    present = {slot.origin.cell_id for slot in slots if slot.origin}
    previous: str | None = None
    for cell in notebook.cells:
        if cell.grade_id is None:
            continue
        if cell.cell_id not in present:
            at = 0
            if previous is not None:
                at = 1 + next(
                    index
                    for index, slot in enumerate(slots)
                    if slot.origin is not None and slot.origin.cell_id == previous
                )
            slots.insert(at, _Slot(cell, None))
            repairs.append(Repair(notebook.name, cell.grade_id, "the cell was missing; put back"))
        previous = cell.cell_id
    return repairs


def _merge(cell_id: str, slot: _Slot) -> tuple[RestoredCell, list[str]]:
    origin, submitted = slot.origin, slot.submitted
    if origin is None:
        if submitted is None:
            raise ValueError("a slot needs a cell")
        return (
            RestoredCell(
                id=cell_id,
                cell_type=submitted.cell_type,
                source=submitted.source,
                attachments=submitted.attachments,
            ),
            [],
        )
    if submitted is None:
        return (
            RestoredCell(
                id=cell_id,
                cell_type=origin.cell_type,
                source=origin.master if origin.is_restored else origin.release,
                origin=origin,
                missing=True,
            ),
            [],
        )
    changes = []
    if submitted.cell_type != origin.cell_type:
        changes.append(f"the cell's type was {submitted.cell_type}; set to {origin.cell_type}")
    if origin.is_restored and plain_text(submitted.source) != plain_text(origin.release):
        changes.append("the cell is read-only and was changed; restored")
    return (
        RestoredCell(
            id=cell_id,
            cell_type=origin.cell_type,
            source=origin.master if origin.is_restored else submitted.source,
            origin=origin,
            attachments={} if origin.kind is CellKind.GRADE else submitted.attachments,
        ),
        changes,
    )
