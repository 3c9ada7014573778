"""Small notebooks and courses for tests, written as a person would write them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.course import Course

Cell = dict[str, Any]


def nbgrader_cell(
    grade_id: str,
    source: str,
    *,
    cell_type: str = "code",
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    task: bool = False,
    points: float | None = None,
) -> Cell:
    metadata: dict[str, Any] = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": task,
    }
    if points is not None:
        metadata["points"] = points
    return plain_cell(source, cell_id=grade_id, cell_type=cell_type, nbgrader=metadata)


def plain_cell(
    source: str, *, cell_id: str, cell_type: str = "code", nbgrader: Cell | None = None
) -> Cell:
    cell: Cell = {
        "cell_type": cell_type,
        "id": cell_id,
        "metadata": {"nbgrader": nbgrader} if nbgrader else {},
        "source": source,
    }
    if cell_type == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def solution(grade_id: str, source: str) -> Cell:
    return nbgrader_cell(grade_id, source, solution=True)


def grade_cell(grade_id: str, source: str, points: float) -> Cell:
    return nbgrader_cell(grade_id, source, grade=True, locked=True, points=points)


def locked(grade_id: str, source: str) -> Cell:
    return nbgrader_cell(grade_id, source, locked=True)


def written(grade_id: str, source: str, points: float) -> Cell:
    return nbgrader_cell(
        grade_id, source, cell_type="markdown", grade=True, solution=True, points=points
    )


def notebook(cells: Sequence[Cell], **extra: object) -> bytes:
    document = {
        "cells": list(cells),
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document | extra).encode()


SQUARE = [
    locked("helpers", "import math\n\ndef reference(x):\n    return x * x"),
    solution(
        "square",
        "def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION",
    ),
    grade_cell(
        "square-values",
        "assert square(3) == 9, 'the square of 3 is wrong'\n"
        "### BEGIN HIDDEN TESTS\n"
        "for x in (-2, 0, 1.5):\n"
        "    assert square(x) == reference(x), 'some squares are wrong'\n"
        "### END HIDDEN TESTS",
        2,
    ),
    solution(
        "cube",
        "def cube(x):\n    ### BEGIN SOLUTION\n    return x ** 3\n    ### END SOLUTION",
    ),
    grade_cell("cube-values", "assert cube(2) == 8\nassert cube(-1) == -1", 1),
    written(
        "why",
        "YOUR ANSWER HERE\n### BEGIN MARK SCHEME\n1 point\n### END MARK SCHEME",
        3,
    ),
]
"""An assignment with two exercises and a written question."""


def make_course(root: Path, **assignments: Sequence[Cell]) -> Course:
    """A course directory; each assignment has one notebook of its own name."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'test-course'\n"
    )
    for name, cells in assignments.items():
        folder = root / "source" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_bytes(notebook(cells))
    return Course.open(root)


def released(cells: Sequence[Cell], answers: dict[str, str] | None = None) -> list[Cell]:
    """What a student has: the cells with hidden parts gone and some answers filled in."""
    answers = answers or {}
    result = []
    for cell in cells:
        copy: Cell = json.loads(json.dumps(cell))
        meta = copy["metadata"].get("nbgrader", {})
        if meta.get("solution"):
            copy["source"] = answers.get(meta["grade_id"], "raise NotImplementedError()")
        elif "### BEGIN HIDDEN TESTS" in copy["source"]:
            copy["source"] = copy["source"].split("### BEGIN HIDDEN TESTS")[0].rstrip()
        result.append(copy)
    return result


RIGHT = {
    "square": "def square(x):\n    return x * x",
    "cube": "def cube(x):\n    return x * x * x",
    "why": "Because.",
}


def hand_in(course: Course, student: str, assignment: str, data: bytes) -> Path:
    folder = course.step("submitted", student, assignment)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{assignment}.ipynb"
    path.write_bytes(data)
    return path


@contextmanager
def bottomless(folder: Path) -> Iterator[Path]:
    """A folder with more folders in one another than Python calls functions."""
    folder.mkdir(parents=True)
    inside = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=inside)
        deeper = os.open("d", os.O_RDONLY, dir_fd=inside)
        os.close(inside)
        inside = deeper
    os.close(inside)
    try:
        yield folder
    finally:
        # What removes temporary folders would call itself once too often as well.
        subprocess.run(["rm", "-rf", str(folder)], check=True)
