"""Which of the instructor's cells each cell of a submission stands for.

nbgrader's id says so. Where a program dropped it, or an older release had another one, the
nbformat id does, then the text, then what the cell defines and its place between cells that are
known. Nothing is guessed: where two answers fit, there is none.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import final

from autograder.assignment import AssignmentCell, AssignmentNotebook, CellKind
from autograder.notebooks import SubmittedCell, SubmittedNotebook

__all__ = ["Claim", "Mark", "belongs", "plain_text", "recognise"]

_DEFINED = re.compile(r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)


class Mark(StrEnum):
    """By what a cell was recognised; the words of the repair."""

    GRADE_ID = "nbgrader's id"
    CELL_ID = "its id"
    TEXT = "its text"
    DEFINES = "what it defines"
    PLACE = "its place between the others"


@final
@dataclass(frozen=True, slots=True)
class Claim:
    """A submitted cell stands for `origin`, and by what that is known."""

    origin: AssignmentCell
    by: Mark


def recognise(notebook: AssignmentNotebook, submission: SubmittedNotebook) -> dict[int, Claim]:
    """The cells with an nbgrader id that are recognised, by position in the submission.

    Each cell of the instructor's is claimed once at most; of several with its id, the last has it.
    """
    desk = _Desk(notebook, submission)
    desk.by_ids()
    desk.by_text()
    desk.by_place()
    return {
        cell.position: desk.claims[cell.position]
        for cell in submission.cells
        if cell.position in desk.claims and desk.claims[cell.position].origin.grade_id
    }


def belongs(notebook: AssignmentNotebook, claims: Iterable[Claim]) -> bool:
    """Whether a submission with these claims is this notebook, however it was treated.

    An id of a cell that students answer or are tested by says so. The rest may be the same in other
    notebooks, so half of the cells that students leave alone have to be there.
    """
    named = [cell for cell in notebook.cells if cell.grade_id]
    telling = [cell for cell in named if cell.kind is not CellKind.LOCKED] or named
    ids = {cell.cell_id for cell in telling}
    by_id = {Mark.GRADE_ID, Mark.CELL_ID}
    found = list(claims)
    if not named or any(claim.by in by_id and claim.origin.cell_id in ids for claim in found):
        return True
    fixed = [cell for cell in named if cell.is_restored]
    kept = sum(claim.origin.is_restored and claim.by is not Mark.PLACE for claim in found)
    return bool(fixed) and 2 * kept >= len(fixed)


def plain_text(source: str) -> str:
    """A source without what editors change."""
    return source.replace("\r\n", "\n").strip()


@final
class _Desk:
    """Where cells are matched, the surest marks first."""

    def __init__(self, notebook: AssignmentNotebook, submission: SubmittedNotebook) -> None:
        self.claims: dict[int, Claim] = {}
        self._notebook = notebook
        self._submission = submission
        self._known = {cell.grade_id for cell in notebook.cells if cell.grade_id}
        self._taken: set[str] = set()

    def _claim(self, cell: SubmittedCell, origin: AssignmentCell, by: Mark) -> None:
        self.claims[cell.position] = Claim(origin, by)
        self._taken.add(origin.cell_id)

    def _nameless(self) -> Iterator[SubmittedCell]:
        """Cells that nothing has been found out about, and that do not say what they are."""
        for cell in self._submission.cells:
            if cell.grade_id not in self._known and cell.position not in self.claims:
                yield cell

    def by_ids(self) -> None:
        named = [cell for cell in self._notebook.cells if cell.grade_id]
        by_grade_id = {cell.grade_id: cell for cell in named}
        by_cell_id = {cell.cell_id: cell for cell in named}
        last = {cell.grade_id: cell for cell in self._submission.cells if cell.grade_id}
        for grade_id, cell in last.items():
            if origin := by_grade_id.get(grade_id):
                self._claim(cell, origin, Mark.GRADE_ID)
        for cell in self._nameless():
            # A notebook that began as a copy of another has its ids, under other nbgrader ids.
            fits = by_cell_id.get(cell.cell_id or "") if cell.grade_id is None else None
            if fits and fits.cell_id not in self._taken:
                self._claim(cell, fits, Mark.CELL_ID)

    def by_text(self) -> None:
        """Also finds cells without an nbgrader id, between which others have their place."""
        texts = Counter(plain_text(cell.release) for cell in self._notebook.cells)
        here = defaultdict(list)
        for cell in self._nameless():
            here[plain_text(cell.source)].append(cell)
        for origin in self._notebook.cells:
            text = plain_text(origin.release)
            if text and texts[text] == 1 and here[text] and origin.cell_id not in self._taken:
                self._claim(here[text][-1], origin, Mark.TEXT)

    def by_place(self) -> None:
        where = {claim.origin.cell_id: position for position, claim in self.claims.items()}
        ends = [
            (index, where[cell.cell_id])
            for index, cell in enumerate(self._notebook.cells)
            if cell.cell_id in where
        ]
        first, last = (-1, 0), (len(self._notebook.cells), len(self._submission.cells) + 1)
        for (left, start), (right, stop) in pairwise([first, *ends, last]):
            between = self._submission.cells[start : stop - 1] if start < stop else ()
            if any(cell.position in self.claims for cell in between):
                continue
            nameless = [cell for cell in between if cell.grade_id not in self._known]
            # Of what is restored only the text counts: a student's cell must not be replaced by it.
            gap = [cell for cell in self._notebook.cells[left + 1 : right] if not cell.is_restored]
            if gap and nameless:
                self._fill(gap, nameless)

    def _fill(self, gap: Sequence[AssignmentCell], cells: Sequence[SubmittedCell]) -> None:
        """Match what lies between two known cells on both sides."""
        for cell, origin in _by_definitions(gap, cells):
            self._claim(cell, origin, Mark.DEFINES)
        for cell_type in ("code", "markdown"):
            mine = [cell for cell in cells if cell.cell_type == cell_type]
            free = [cell for cell in mine if cell.position not in self.claims]
            wanted = [cell for cell in gap if cell.cell_type == cell_type]
            open_ones = [cell for cell in wanted if cell.cell_id not in self._taken]
            if len(free) == len(open_ones):
                for cell, origin in zip(free, open_ones, strict=True):
                    self._claim(cell, origin, Mark.PLACE)


def _by_definitions(
    gap: Sequence[AssignmentCell], cells: Sequence[SubmittedCell]
) -> Iterator[tuple[SubmittedCell, AssignmentCell]]:
    wanted = _owners({cell.cell_id: cell.release for cell in gap if cell.cell_type == "code"})
    given = _owners({str(c.position): c.source for c in cells if c.cell_type == "code"})
    pairs = {(given[name], wanted[name]) for name in given.keys() & wanted.keys()}
    by_position = {str(cell.position): cell for cell in cells}
    by_id = {cell.cell_id: cell for cell in gap}
    sides = Counter(side for pair in pairs for side in enumerate(pair))
    for pair in sorted(pairs):
        if all(sides[side] == 1 for side in enumerate(pair)):
            yield by_position[pair[0]], by_id[pair[1]]


def _owners(sources: Mapping[str, str]) -> dict[str, str]:
    """The only source that defines a name at its outer level, by name."""
    owners: dict[str, set[str]] = defaultdict(set)
    for key, source in sources.items():
        for match in _DEFINED.finditer(source):
            owners[match[1] or match[2]].add(key)
    return {name: next(iter(keys)) for name, keys in owners.items() if len(keys) == 1}
