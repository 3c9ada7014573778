"""Stock nbgrader, run as the program that everybody has."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import nbgrader
from nbgrader.api import Gradebook

GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
"""nbgrader's own example course."""


def stock_environment(home: Path) -> dict[str, str]:
    """Without the settings of whoever runs the tests, and with the environment's programs."""
    root = Path(__file__).resolve().parent.parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    return kept | {
        "HOME": str(home),
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]),
        "PYTHONWARNINGS": "ignore",
    }


def nbgrader_command(course: Path, *arguments: str) -> str:
    """Run `nbgrader ...` in a course directory; its log if it ends well."""
    return _run(course, ["nbgrader", *arguments])


def autograder_command(course: Path, *arguments: str) -> str:
    """Run `autograder ...` in a course directory; what it printed if it ends well."""
    return _run(course, [sys.executable, "-m", "autograder", *arguments])


def _run(course: Path, command: list[str]) -> str:
    result = subprocess.run(
        command,
        cwd=course,
        env=stock_environment(course.parent),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def gradebook_state(course: Path) -> dict[str, Any]:
    """Everything that grading writes into a gradebook, by name instead of by random id."""
    gradebook = Gradebook(f"sqlite:///{course / 'gradebook.db'}", "example")
    try:
        return {
            "students": sorted(student.id for student in gradebook.students),
            "sources": {
                (assignment.name, notebook.name, cell.name): (
                    cell.cell_type,
                    cell.locked,
                    cell.source,
                    cell.checksum,
                )
                for assignment in gradebook.assignments
                for notebook in assignment.notebooks
                for cell in notebook.source_cells
            },
            "submissions": {
                (submission.assignment.name, submission.student_id): (
                    submission.timestamp,
                    submission.score,
                    submission.max_score,
                    submission.late_submission_penalty,
                )
                for assignment in gradebook.assignments
                for submission in assignment.submissions
            },
            "grades": {
                (submission.student_id, notebook.name, grade.name): (
                    grade.auto_score,
                    grade.manual_score,
                    grade.extra_credit,
                    grade.max_score,
                    bool(grade.needs_manual_grade),
                )
                for assignment in gradebook.assignments
                for submission in assignment.submissions
                for notebook in submission.notebooks
                for grade in notebook.grades
            },
            "comments": {
                (submission.student_id, notebook.name, comment.name): (
                    comment.auto_comment,
                    comment.manual_comment,
                )
                for assignment in gradebook.assignments
                for submission in assignment.submissions
                for notebook in submission.notebooks
                for comment in notebook.comments
            },
        }
    finally:
        gradebook.close()
