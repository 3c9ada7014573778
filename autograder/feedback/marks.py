"""What the gradebook says about each notebook, manual scores and comments included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select

from autograder.grading.marks import CellMark, read_grades

__all__ = ["NotebookMarks", "read_marks"]


@final
@dataclass(frozen=True, slots=True)
class NotebookMarks:
    """The gradebook's entries of one submitted notebook.

    Args:
        cells: by grade id.
        comments: by grade id, of cells without points too; what a person wrote, or else nbgrader's
            automatic comment.
        late_penalty: points taken off.
    """

    cells: Mapping[str, CellMark] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    late_penalty: float = 0.0


def read_marks(gradebook: Any, assignment: str) -> dict[str, dict[str, NotebookMarks]]:
    """Marks of an assignment by student and notebook.

    Args:
        gradebook: nbgrader's `Gradebook`.
        assignment: name of the assignment.
    """
    cells: dict[tuple[str, str], dict[str, CellMark]] = defaultdict(dict)
    grades = read_grades(gradebook, assignments=[assignment], cells=True)
    for (_, student), marks in grades.cells.items():
        for mark in marks:
            cells[student, mark.notebook][mark.cell] = mark
    own = (
        select(
            SubmittedNotebook.id,
            SubmittedAssignment.student_id,
            Notebook.name,
            SubmittedNotebook.late_submission_penalty,
        )
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .where(Assignment.name == assignment)
    )
    notebooks = gradebook.db.execute(own).all()
    comments: dict[str, dict[str, str]] = defaultdict(dict)
    for row in gradebook.db.execute(
        select(Comment.notebook_id, BaseCell.name, Comment.comment)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .where(Comment.notebook_id.in_(own.with_only_columns(SubmittedNotebook.id)))
    ):
        if row.comment:
            comments[row.notebook_id][row.name] = row.comment
    found: dict[str, dict[str, NotebookMarks]] = defaultdict(dict)
    for row in notebooks:
        found[row.student_id][row.name] = NotebookMarks(
            cells=cells[row.student_id, row.name],
            comments=comments[row.id],
            late_penalty=float(row.late_submission_penalty or 0),
        )
    return dict(found)
