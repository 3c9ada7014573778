from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.trail import Trail, TrailDamageError, read_trail
from autograder.trail.log import trail_path
from tests.builders import make_course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path / "course")


def fill(course: Course, count: int = 5) -> None:
    trail = Trail(course)
    for number in range(count):
        trail.add("graded", student=f"s{number}", score=number)


def test_what_was_added_is_read_in_order(course: Course) -> None:
    fill(course)
    entries = read_trail(course)
    assert [(entry.action, entry.facts["student"]) for entry in entries] == [
        ("graded", f"s{number}") for number in range(5)
    ]
    assert entries[0].time <= entries[-1].time
    assert entries[0].who


def test_a_changed_mark_is_noticed(course: Course) -> None:
    fill(course)
    path = trail_path(course)
    path.write_bytes(path.read_bytes().replace(b'"score": 2', b'"score": 9'))
    with pytest.raises(TrailDamageError, match="line 4: it does not follow"):
        read_trail(course)


@pytest.mark.parametrize("gone", [0, 1, 3])
def test_a_line_that_was_taken_out_is_noticed(course: Course, gone: int) -> None:
    fill(course)
    path = trail_path(course)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
    with pytest.raises(TrailDamageError):
        read_trail(course)


def test_half_a_line_of_a_killed_run_hides_nothing(course: Course) -> None:
    fill(course)
    path = trail_path(course)
    path.write_bytes(path.read_bytes() + b'{"time": "2026')
    assert len(read_trail(course)) == 5
    fill(course, 2)
    assert len(read_trail(course)) == 7


def test_long_lines_are_chained(course: Course) -> None:
    trail = Trail(course)
    for _ in range(2):
        trail.add("graded", text="x" * 3_000_000)
    trail.add("graded", text="")
    assert len(read_trail(course)) == 3


def _many(course: Course) -> None:
    for _ in range(20):
        Trail(course).add("graded", process=os.getpid())


def test_several_at_once_do_not_tear_lines(course: Course) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_many, args=(course,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(read_trail(course)) == 60


def test_without_a_place_to_write_grading_stops(course: Course) -> None:
    (course.root / ".autograder").write_text("a file in the way")
    with pytest.raises(OperatorError, match="has to be on record"):
        Trail(course).add("graded")


def test_of_lines_that_belong_together_a_full_disk_takes_none(course: Course) -> None:
    fill(course)
    whole = trail_path(course).read_bytes()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Room for one line of two, as on a disk that is nearly full.
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 250, limit[1]))
    try:
        with pytest.raises(OperatorError, match="make room"):
            Trail(course).add_all([("penalty", {"points": 1.0}), ("penalty", {"text": "x" * 500})])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert trail_path(course).read_bytes() == whole


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    course = Course(tmp_path_factory.mktemp("c"), {}, None)
    path = trail_path(course)
    path.parent.mkdir()
    path.write_bytes(data)
    with contextlib.suppress(TrailDamageError):
        assert isinstance(read_trail(course), list)


def test_a_fact_cannot_take_the_place_of_what_the_log_says_itself(course: Course) -> None:
    with pytest.raises(ValueError, match="before"):
        Trail(course).add("penalty", before=1.0)
    assert read_trail(course) == []
