"""Gradebooks for tests without the seconds that making one takes."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from autograder.course import Course
from autograder.grading.gradebook import open_gradebook
from tests.builders import make_course


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder, "course"))
        open_gradebook(course).close()
        return (course.root / "gradebook.db").read_bytes()


def with_gradebook(course: Course) -> Course:
    """Give a course an empty gradebook."""
    (course.root / "gradebook.db").write_bytes(_empty())
    return course
