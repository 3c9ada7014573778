"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.engines import default_engine
from autograder.grading.pool import EngineFactory
from autograder.sealed.model import Engine
from tests.builders import SQUARE, make_course
from tests.engines import Borrowed
from tests.gradebooks import wait_for_no_disk

wait_for_no_disk()


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine that grading uses."""
    with default_engine()() as engine:
        yield engine


@pytest.fixture(scope="session")
def warm(engine: Engine) -> EngineFactory:
    """Lends that engine where one is to be made; to one worker only, since it has no lock."""
    return lambda: Borrowed(engine)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with the assignment `square`."""
    return make_course(tmp_path / "course", square=SQUARE)
