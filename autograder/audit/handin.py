"""Makes what a student would hand in: the released notebook with answers filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.assignment import Assignment, AssignmentCell, AssignmentNotebook, CellKind
from autograder.errors import AutograderError
from autograder.grading.grade import Submission
from autograder.notebooks import dump_notebook

__all__ = ["hand_in", "reference_answers", "released_notebook"]


def released_notebook(
    notebook: AssignmentNotebook, answers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The notebook that students receive, as nbformat 4 data, with some answers filled in.

    Args:
        notebook: the instructor's.
        answers: new source by `grade_id` of a solution or manually graded cell.

    Raises:
        AutograderError: an answer is for a cell that the notebook does not have, or a locked one.
    """
    answers = answers or {}
    places = {cell.grade_id for cell in notebook.cells if cell.grade_id and not cell.is_restored}
    if unknown := sorted(set(answers) - places):
        raise AutograderError(f"{notebook.name} has no place for an answer to {', '.join(unknown)}")
    return {
        "cells": [
            _released_cell(cell, answers.get(cell.grade_id or "")) for cell in notebook.cells
        ],
        "metadata": dict(notebook.metadata),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _released_cell(cell: AssignmentCell, answer: str | None) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": cell.cell_id,
        "metadata": dict(cell.metadata),
        "source": cell.release if answer is None else answer,
    }
    if cell.cell_type == "code":
        entry |= {"execution_count": None, "outputs": []}
    return entry


def reference_answers(notebook: AssignmentNotebook) -> dict[str, str]:
    """The instructor's own solutions by `grade_id`."""
    return {
        cell.grade_id: cell.reference
        for cell in notebook.cells
        if cell.grade_id and cell.kind in {CellKind.SOLUTION, CellKind.MANUAL}
    }


def hand_in(assignment: Assignment, answers: Mapping[str, str] | None) -> Submission:
    """A submission of an assignment: the reference solution with some answers replaced.

    Args:
        assignment: what is answered.
        answers: sources that replace the reference's, by `grade_id`; None for the untouched
            release.

    Raises:
        AutograderError: an answer is for a cell that no notebook has.
    """
    notebooks = {}
    used: set[str] = set()
    for name, notebook in assignment.notebooks.items():
        if answers is None:
            filled = {}
        else:
            filled = reference_answers(notebook)
            mine = {key: text for key, text in answers.items() if key in filled}
            used |= mine.keys()
            filled |= mine
        notebooks[name] = dump_notebook(released_notebook(notebook, filled))
    if answers is not None and (unknown := sorted(set(answers) - used)):
        raise AutograderError(f"{assignment.name} has no place for {', '.join(unknown)}")
    return Submission(notebooks=notebooks)
