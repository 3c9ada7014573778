"""The assignment without what only shows something: plots cost most of a notebook's time."""

from __future__ import annotations

from dataclasses import replace

from autograder.assignment import Assignment, AssignmentCell, AssignmentNotebook, CellKind
from autograder.audit.needs import Needs

__all__ = ["bare"]


def bare(assignment: Assignment) -> Assignment:
    """The same assignment, with ungraded cells empty that no grade cell needs.

    What a cell needs is read off names, so the caller runs the reference to see that its marks are
    the same.

    Args:
        assignment: with its open cells decided.
    """
    notebooks = {
        name: replace(notebook, cells=_emptied(notebook, Needs(assignment, notebook)))
        for name, notebook in assignment.notebooks.items()
    }
    return replace(assignment, notebooks=notebooks)


def _emptied(notebook: AssignmentNotebook, needs: Needs) -> tuple[AssignmentCell, ...]:
    needed = needs.of_tests
    return tuple(
        replace(cell, reference="", master="", release="")
        if cell.kind is CellKind.PLAIN and cell.cell_type == "code" and cell.cell_id not in needed
        else cell
        for cell in notebook.cells
    )
