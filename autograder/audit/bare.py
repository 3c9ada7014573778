"""An assignment without what cannot change a mark: most of a notebook's time goes there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import final

from autograder.assignment import Assignment, AssignmentCell, AssignmentNotebook, CellKind
from autograder.audit.needs import Needs
from autograder.sealed.model import Engine

__all__ = ["Shorter", "bare"]


@final
class Shorter:
    """Shorter forms of an assignment, in which the reference still gets full marks.

    What a cell needs is read off names, so each form is tried with the reference first; where it
    fails, a longer one is taken.

    Args:
        assignment: with its open cells decided.
        is_fair: whether the reference gets full marks in a form of it.
    """

    def __init__(
        self, assignment: Assignment, is_fair: Callable[[Assignment, Engine], bool]
    ) -> None:
        self._assignment = assignment
        self._needs = {
            name: Needs(assignment, notebook) for name, notebook in assignment.notebooks.items()
        }
        self._is_fair = is_fair
        self._known: dict[frozenset[str], Assignment] = {}

    def of(self, changed: frozenset[str], engine: Engine) -> Assignment:
        """The form for a submission that differs from the reference in some solution cells.

        Args:
            changed: their `grade_id`; none of them for all grade cells.
            engine: to try it with.
        """
        if changed not in self._known:
            form = bare(self._assignment, self._needs, changed)
            if not self._is_fair(form, engine):
                form = self.of(frozenset(), engine) if changed else self._assignment
            self._known[changed] = form
        return self._known[changed]


def bare(
    assignment: Assignment, needs: Mapping[str, Needs], changed: frozenset[str] = frozenset()
) -> Assignment:
    """The same assignment, with ungraded cells empty that no grade cell needs.

    Args:
        assignment: with its open cells decided.
        needs: of each notebook.
        changed: `grade_id` of solution cells; if there are any, only the grade cells that depend
            on one of them are kept.
    """
    notebooks = {
        name: replace(notebook, cells=_kept(notebook, needs[name], changed))
        for name, notebook in assignment.notebooks.items()
    }
    return replace(assignment, notebooks=notebooks)


def _kept(
    notebook: AssignmentNotebook, needs: Needs, changed: frozenset[str]
) -> tuple[AssignmentCell, ...]:
    tests = {cell.cell_id for cell in notebook.cells if cell.kind is CellKind.GRADE}
    if changed:
        solutions = [cell.cell_id for cell in notebook.cells if cell.grade_id in changed]
        tests = {test for cell in solutions for part in needs.tests_of(cell) for test in part}
    needed = needs.of(tests)
    return tuple(
        replace(cell, reference="", master="", release="")
        if cell.kind is CellKind.PLAIN and cell.cell_type == "code" and cell.cell_id not in needed
        else cell
        for cell in notebook.cells
        if cell.kind is not CellKind.GRADE or cell.cell_id in tests | needed
    )
