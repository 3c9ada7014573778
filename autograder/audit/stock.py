"""The marks that stock nbgrader gives the reference solution, run as the program that it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Final

from nbgrader.api import Gradebook, MissingEntry

from autograder.assignment import Assignment, CellKind
from autograder.audit.handin import hand_in
from autograder.course import Course
from autograder.errors import OperatorError

__all__ = ["stock_failures"]

_STUDENT: Final = "reference"
_SECONDS: Final = 900


def stock_failures(course: Course, assignment: Assignment) -> dict[str, str]:
    """Autograded cells to which `nbgrader autograde` does not give the reference full points.

    It runs in a temporary course with nbgrader's own settings, without this package's plugins, and
    without any protection: the reference is the instructor's.

    Args:
        course: where the source is.
        assignment: what is graded.

    Raises:
        OperatorError: nbgrader ends with an error.
    """
    name = assignment.name
    with tempfile.TemporaryDirectory(prefix="autograder-stock-") as folder:
        root = Path(folder)
        (root / "nbgrader_config.py").write_text(
            'c = get_config()\nc.CourseDirectory.course_id = "stock"\n', encoding="utf-8"
        )
        shutil.copytree(course.source(name), root / "source" / name)
        _nbgrader(root, "generate_assignment", name)
        submitted = root / "submitted" / _STUDENT / name
        shutil.copytree(root / "release" / name, submitted)
        for notebook, data in hand_in(assignment, {}).notebooks.items():
            (submitted / f"{notebook}.ipynb").write_bytes(data)
        _nbgrader(root, "autograde", name)
        return _failures(root, assignment)


def _failures(root: Path, assignment: Assignment) -> dict[str, str]:
    found: dict[str, str] = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "stock") as gradebook:
        for notebook in assignment.notebooks.values():
            for cell in notebook.cells:
                if cell.kind is not CellKind.GRADE or not cell.grade_id:
                    continue
                try:
                    grade = gradebook.find_grade(
                        cell.grade_id, notebook.name, assignment.name, _STUDENT
                    )
                except MissingEntry:
                    found[cell.grade_id] = "nbgrader has no grade for it"
                    continue
                if (grade.auto_score or 0.0) < cell.points:
                    found[cell.grade_id] = f"{grade.auto_score} of {cell.points:g} points"
    return found


def _nbgrader(root: Path, *arguments: str) -> None:
    package = Path(__file__).resolve().parents[2]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment = kept | {
        "HOME": str(root),
        # nbgrader calls other programs by name.
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")]),
        "PYTHONWARNINGS": "ignore",
    }
    result = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if result.returncode != 0:
        lines = (result.stdout + result.stderr).strip().splitlines()
        raise OperatorError(
            f"nbgrader {' '.join(arguments)} ended with an error: {lines[-1] if lines else ''}"
        )
