"""What the gradebook says about one submission, manual scores and comments included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

from nbgrader.api import Assignment, SubmittedAssignment

__all__ = ["CellMark", "NotebookMarks", "read_marks"]


@final
@dataclass(frozen=True, slots=True)
class CellMark:
    """The gradebook's entry of one cell.

    Args:
        score: points, with what a person entered.
        max_score: the most it can earn.
        auto_score: what the grader gave; None where a person decides.
        manual_score: what a person entered.
        extra_credit: points added by a person.
        needs_manual_grade: a person has yet to look at it.
    """

    score: float
    max_score: float
    auto_score: float | None
    manual_score: float | None
    extra_credit: float
    needs_manual_grade: bool


@final
@dataclass(frozen=True, slots=True)
class NotebookMarks:
    """The gradebook's entries of one submitted notebook.

    Args:
        cells: by grade id.
        comments: by grade id; what a person wrote, or else nbgrader's automatic comment.
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
    submissions = (
        gradebook.db.query(SubmittedAssignment)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment)
    )
    return {
        submission.student_id: {
            notebook.name: _notebook(notebook) for notebook in submission.notebooks
        }
        for submission in submissions
    }


def _notebook(notebook: Any) -> NotebookMarks:
    return NotebookMarks(
        cells={grade.name: _cell(grade) for grade in notebook.grades},
        comments={
            comment.name: comment.comment for comment in notebook.comments if comment.comment
        },
        late_penalty=float(notebook.late_submission_penalty or 0),
    )


def _cell(grade: Any) -> CellMark:
    return CellMark(
        score=float(grade.score or 0),
        max_score=float(grade.max_score or 0),
        auto_score=grade.auto_score,
        manual_score=grade.manual_score,
        extra_credit=float(grade.extra_credit or 0),
        needs_manual_grade=bool(grade.needs_manual_grade),
    )
