"""Decides from the instructor's notebook which grade cells can run outside the student's process.

A submission has no say in it: if it could choose, a cheating one would choose *open*.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, final

from autograder.assignment import Assignment, AssignmentNotebook, CellKind
from autograder.grading.grade import instructor_program
from autograder.grading.score import score_cell
from autograder.sealed.model import CellResult, Engine, Limits, Program, Role
from autograder.sealed.ownership import cell_names

__all__ = ["Sealing", "failing_cells", "seal"]

_Cells: TypeAlias = frozenset[tuple[str, str]]


@final
@dataclass(frozen=True, slots=True)
class Sealing:
    """All that running the reference solution decides, to be kept or sent elsewhere.

    Args:
        open_cells: as `Assignment` has them.
        borrowing_cells: likewise.
        methods: likewise.
    """

    open_cells: frozenset[tuple[str, str]]
    borrowing_cells: frozenset[tuple[str, str]]
    methods: frozenset[tuple[str, str, str]] | None

    @classmethod
    def of(cls, assignment: Assignment) -> Sealing:
        """What was decided about an assignment."""
        return cls(assignment.open_cells, assignment.borrowing_cells, assignment.methods)

    def applied(self, assignment: Assignment) -> Assignment:
        """The same assignment, decided."""
        return replace(
            assignment,
            open_cells=self.open_cells,
            borrowing_cells=self.borrowing_cells,
            methods=self.methods,
        )

    def fits(self, assignment: Assignment) -> bool:
        """Whether it is about cells that the assignment has."""
        known = {
            (notebook.name, cell.cell_id)
            for notebook in assignment.notebooks.values()
            for cell in notebook.cells
        }
        named = {(notebook, cell) for notebook, cell, _ in self.methods or ()}
        return self.open_cells | self.borrowing_cells | named <= known


def seal(assignment: Assignment, engine: Engine, limits: Limits) -> Assignment:
    """The assignment with its open cells decided by running the reference solution.

    A grade cell that gives the reference full points sealed is sealed. One that does so when the
    modules beside the notebook are the student's borrows them. One that does so only in the
    student's process is open. One that does none of it stays sealed, and fails for everybody,
    which `autograder audit` and `autograder release` report. An author can open a cell with
    `"autograder": {"open": true}` in its metadata.
    """
    declared = {
        (notebook.name, cell.cell_id)
        for notebook in assignment.notebooks.values()
        for cell in notebook.cells
        if cell.declared_open
    }
    assignment = replace(assignment, open_cells=frozenset(declared), methods=None)
    asked: frozenset[tuple[str, str, str]] = frozenset()
    for notebook in assignment.notebooks.values():
        assignment, methods = _Trial(notebook, engine, limits).decide(assignment)
        asked |= {(notebook.name, cell, method) for cell, method in methods}
    return replace(assignment, methods=asked)


@final
@dataclass(frozen=True)
class _Trial:
    """One notebook's cells, tried with the reference solution."""

    notebook: AssignmentNotebook
    engine: Engine
    limits: Limits

    def decide(self, assignment: Assignment) -> tuple[Assignment, _Cells]:
        """Widens what cells may do until no more of them are gained.

        Once is not enough: what an open cell binds is the student's, so that a later cell which
        read it in the judge may now have to be open as well.

        Returns:
            the assignment, and (cell_id, method) of what its cells ask of the reference solution.
        """
        while True:
            results = self._results(assignment)
            wrong = self._wrong(results) - assignment.open_cells
            wider = self._wider(assignment, wrong) if wrong else None
            if wider is None:
                break
            assignment = wider
        return assignment, frozenset(
            (result.id, method) for result in results for method in result.asked
        )

    def _wider(self, assignment: Assignment, wrong: _Cells) -> Assignment | None:
        return self._borrowed(assignment, wrong) or self._opened(assignment, wrong)

    def _results(self, assignment: Assignment) -> tuple[CellResult, ...]:
        return self.engine.run(instructor_program(assignment, self.notebook), self.limits)

    def _wrong(self, results: Sequence[CellResult]) -> _Cells:
        return frozenset((self.notebook.name, key) for key in _failing(self.notebook, results))

    def _failing(self, assignment: Assignment) -> _Cells:
        return self._wrong(self._results(assignment))

    def _borrowed(self, assignment: Assignment, wrong: _Cells) -> Assignment | None:
        if not any(path.endswith(".py") for path in assignment.files):
            return None
        tried = replace(assignment, borrowing_cells=assignment.borrowing_cells | wrong)
        gained = wrong - self._failing(tried) - assignment.borrowing_cells
        if not gained:
            return None
        return replace(assignment, borrowing_cells=assignment.borrowing_cells | gained)

    def _opened(self, assignment: Assignment, wrong: _Cells) -> Assignment | None:
        tried: list[_Cells] = []
        for company in (frozenset(), *self._companies(assignment, wrong)):
            gained = self._gained(assignment, wrong, company)
            if gained:
                # A test that depends on luck may have had it just now: with less company it is
                # tried again, so that it opens no others.
                again = (self._gained(assignment, wrong, less) for less in tried)
                gained = next((less for less in again if less), gained)
                return replace(assignment, open_cells=assignment.open_cells | gained)
            tried.append(company)
        return None

    def _gained(self, assignment: Assignment, wrong: _Cells, company: _Cells) -> _Cells:
        """The wrong cells that are right when they are open, and their company; none if none is."""
        tried = replace(assignment, open_cells=assignment.open_cells | company | wrong)
        right = wrong - self._failing(tried)
        return company | right if right else right

    def _companies(self, assignment: Assignment, wrong: _Cells) -> Iterator[_Cells]:
        """Earlier grade cells that may have to be open too: first those that bind what is read.

        Then all of them, since tests can need each other by more than names: by files, for one.
        """
        program = instructor_program(assignment, self.notebook)
        wanted: set[str] = set()
        binding: set[tuple[str, str]] = set()
        before: set[tuple[str, str]] = set()
        reached = False
        for cell in reversed(program.cells):
            key = (self.notebook.name, cell.id)
            reached = reached or key in wrong
            if not reached:
                continue
            if cell.role is Role.GRADE:
                before.add(key)
            names = cell_names(cell.source)
            if key in wrong:
                wanted |= names.reads - names.binds
            elif cell.role is not Role.GRADE:
                wanted -= names.binds
            elif wanted & (names.binds | names.changes):
                binding.add(key)
                wanted -= names.binds
                wanted |= names.reads - names.binds
        if binding:
            yield frozenset(binding)
        if before - wrong - binding:
            yield frozenset(before - wrong)


def failing_cells(
    notebook: AssignmentNotebook, program: Program, engine: Engine, limits: Limits
) -> set[str]:
    """Ids of the grade cells of `program` that do not give full points."""
    return _failing(notebook, engine.run(program, limits))


def _failing(notebook: AssignmentNotebook, results: Sequence[CellResult]) -> set[str]:
    by_id = {result.id: result for result in results}
    return {
        cell.cell_id
        for cell in notebook.cells
        if cell.kind is CellKind.GRADE
        and score_cell(notebook.name, cell, by_id.get(cell.cell_id)).points < cell.points
    }
