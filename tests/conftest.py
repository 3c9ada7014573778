"""Fixtures that every test may use."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import engine as database
from sqlalchemy import event

from autograder.course import Course
from autograder.grading.engines import default_engine
from autograder.sealed.model import Engine
from tests.builders import SQUARE, make_course


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine that grading uses."""
    with default_engine()() as engine:
        yield engine


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with the assignment `square`."""
    return make_course(tmp_path / "course", square=SQUARE)


@event.listens_for(database.Engine, "connect")
def _wait_for_no_disk(connection: object, _: object) -> None:
    """A test's gradebook need not outlive the machine: a commit goes on without the disk."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")
