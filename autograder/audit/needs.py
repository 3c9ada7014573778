"""Which cells a test cell needs, so that a mutant runs those and no others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import final

from autograder.assignment import Assignment, AssignmentNotebook, CellKind
from autograder.grading.grade import instructor_program
from autograder.sealed.model import Cell, Program, Role
from autograder.sealed.ownership import cell_names

__all__ = ["Needs"]


@final
class Needs:
    """What the cells of one notebook read of each other, by the names in their source.

    Args:
        assignment: with its open cells decided.
        notebook: one of its notebooks.
    """

    def __init__(self, assignment: Assignment, notebook: AssignmentNotebook) -> None:
        self.program = instructor_program(assignment, notebook)
        self._cells = self.program.cells
        names = [cell_names(cell.source) for cell in self._cells]
        self._needed: dict[str, frozenset[str]] = {}
        binders: dict[str, set[str]] = {}
        for cell, own in zip(self._cells, names, strict=True):
            direct = set().union(*(binders.get(name, set()) for name in own.reads))
            # What rebinds a name may build on what it was before.
            direct |= set().union(*(binders.get(name, set()) for name in own.binds))
            needed = direct.union(*(self._needed[before] for before in direct))
            self._needed[cell.id] = frozenset(needed)
            for name in own.binds | own.deletes:
                binders.setdefault(name, set()).add(cell.id)
        self._ids = {cell.cell_id: cell.grade_id or cell.cell_id for cell in notebook.cells}
        self._solutions = {
            cell.cell_id for cell in notebook.cells if cell.kind is CellKind.SOLUTION
        }

    def of(self, tests: Collection[str]) -> frozenset[str]:
        """Ids of all cells that some test cells need, directly or not."""
        return frozenset().union(*(self._needed[test] for test in tests))

    def tests_of(self, solution: str) -> tuple[list[str], list[str]]:
        """Ids of the test cells that depend on a solution cell: its own, then those of others.

        Its own stand between it and the next solution cell.
        """
        own: list[str] = []
        others: list[str] = []
        after, near = False, False
        for cell in self._cells:
            if cell.id in self._solutions:
                near = cell.id == solution
                after = after or near
            elif after and cell.role is Role.GRADE and solution in self._needed[cell.id]:
                (own if near else others).append(cell.id)
        return own, others

    def concerned(self, solutions: Iterable[str]) -> frozenset[str]:
        """Ids of the tests that depend on some solution cells, and of all cells that they need."""
        tests = {test for one in solutions for some in self.tests_of(one) for test in some}
        return self.of(tests) | tests

    def slice(
        self,
        tests: Collection[str],
        sources: Mapping[str, str] | None = None,
        *,
        whole: bool = False,
    ) -> Program:
        """The notebook with these test cells, what they need, and every locked cell.

        Args:
            tests: ids of test cells.
            sources: other sources by cell id.
            whole: take every cell.
        """
        wanted = set(tests).union(*(self._needed[test] for test in tests))
        kept = self._cells if whole else self._kept(wanted)
        changed = sources or {}
        cells = [
            replace(cell, source=changed[cell.id]) if cell.id in changed else cell for cell in kept
        ]
        return replace(self.program, cells=tuple(cells), instructor=self._cells)

    def _kept(self, wanted: Collection[str]) -> Iterable[Cell]:
        return (cell for cell in self._cells if cell.id in wanted or cell.role is Role.LOCKED)

    @property
    def cells(self) -> Sequence[Cell]:
        """All code cells."""
        return self._cells
