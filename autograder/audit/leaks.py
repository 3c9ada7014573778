"""What students would get, or have been given, and should not."""

from __future__ import annotations

import json
from collections.abc import Iterator

from autograder.assignment import Assignment
from autograder.course import Course
from autograder.folders import read_folder
from autograder.markers import Markers
from autograder.release.leaks import leaks

__all__ = ["leaks_of"]


def leaks_of(course: Course, assignment: Assignment, markers: Markers) -> Iterator[str]:
    """Solutions, hidden tests and mark schemes in the coming release and in the one on disk.

    Args:
        course: where `release/` is.
        assignment: with what is not for students.
        markers: its delimiters.
    """
    files = {path: data for path, data in assignment.files.items() if not path.endswith(".ipynb")}
    files |= {
        f"release: {path}": _text(path, data)
        for path, data in read_folder(course.release(assignment.name)).items()
    }
    for problem in leaks(assignment, markers, files):
        yield f"{problem.where}: {problem.what}"


def _text(path: str, data: bytes) -> bytes:
    """The source of a notebook's cells; any other file as it is."""
    if not path.endswith(".ipynb"):
        return data
    try:
        cells = json.loads(data)["cells"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError):
        return data
    return "\n\n".join(sources).encode()
