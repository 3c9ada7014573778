"""Gradebooks for tests without the seconds that making one takes."""

from __future__ import annotations

import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import engine, event

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


def wait_for_no_disk() -> None:
    """From now on commits of this process go on without the disk: no test pulls the plug."""
    event.listen(engine.Engine, "connect", _without_disk)


def _without_disk(connection: object, _: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")
