"""Decides from the instructor's notebook which grade cells can run outside the student's process.

A submission has no say in it: if it could choose, a cheating one would choose *open*.
"""

from __future__ import annotations

from dataclasses import replace

from autograder.assignment import Assignment, AssignmentNotebook, CellKind
from autograder.grading.grade import instructor_program
from autograder.grading.score import score_cell
from autograder.sealed.model import Engine, Limits, Program

__all__ = ["failing_cells", "seal"]


def seal(assignment: Assignment, engine: Engine, limits: Limits) -> Assignment:
    """The assignment with its open cells decided by running the reference solution.

    A grade cell that gives the reference full points sealed is sealed. One that does so only in
    the student's process is open. One that does neither stays sealed, and fails for everybody,
    which `autograder audit` and `autograder release` report. An author can open a cell with
    `"autograder": {"open": true}` in its metadata.
    """
    opened = {
        (notebook.name, cell.cell_id)
        for notebook in assignment.notebooks.values()
        for cell in notebook.cells
        if cell.declared_open
    }
    for notebook in assignment.notebooks.values():
        opened |= _opened(
            replace(assignment, open_cells=frozenset(opened)), notebook, engine, limits
        )
    return replace(assignment, open_cells=frozenset(opened))


def _opened(
    assignment: Assignment, notebook: AssignmentNotebook, engine: Engine, limits: Limits
) -> frozenset[tuple[str, str]]:
    """Opens cells until no more of them are gained by it.

    Once is not enough: what an open cell binds is the student's, so that a later cell which read
    it in the judge may now have to be open as well.
    """

    def failing(opened: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        program = instructor_program(replace(assignment, open_cells=opened), notebook)
        ids = failing_cells(notebook, program, engine, limits)
        return frozenset((notebook.name, cell_id) for cell_id in ids)

    opened = assignment.open_cells
    while wrong := failing(opened) - opened:
        gained = wrong - failing(opened | wrong)
        if not gained:
            # They may read what earlier tests bind: then those have to be open as well.
            before = _grade_cells_before(notebook, wrong)
            if not wrong - failing(opened | before | wrong):
                break
            gained = before | wrong
        opened |= gained
    return opened


def _grade_cells_before(
    notebook: AssignmentNotebook, cells: frozenset[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """The grade cells in front of the last of these."""
    order = [
        (notebook.name, cell.cell_id) for cell in notebook.cells if cell.kind is CellKind.GRADE
    ]
    last = max(index for index, key in enumerate(order) if key in cells)
    return frozenset(order[:last])


def failing_cells(
    notebook: AssignmentNotebook, program: Program, engine: Engine, limits: Limits
) -> set[str]:
    """Ids of the grade cells of `program` that do not give full points."""
    results = {result.id: result for result in engine.run(program, limits)}
    return {
        cell.cell_id
        for cell in notebook.cells
        if cell.kind is CellKind.GRADE
        and score_cell(notebook.name, cell, results.get(cell.cell_id)).points < cell.points
    }
