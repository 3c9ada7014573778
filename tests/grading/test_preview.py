from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from rich.console import Console

from autograder.console import print_preview
from autograder.course import Course
from autograder.grading.batch import BatchReport, grade_assignment
from autograder.grading.cache import course_cache
from autograder.grading.preview import Preview, preview
from autograder.sealed.model import CellStatus
from autograder.trail import read_trail
from tests.builders import RIGHT, SQUARE, hand_in, notebook, released
from tests.grading.fakes import InstantEngine


@pytest.fixture
def graded(course: Course) -> Course:
    """A class of three with full automatic marks."""
    for student in ("ada", "bob", "cy"):
        hand_in(course, student, "square", notebook(released(SQUARE, RIGHT)))
    grade_assignment(course, "square", engine=InstantEngine)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.find_grade("cube-values", "square", "square", "bob").manual_score = 1
        gradebook.find_grade("why", "square", "square", "ada").manual_score = 3
        gradebook.db.commit()
    return course


def look(course: Course, status: CellStatus = CellStatus.OK) -> tuple[BatchReport, Preview]:
    report = grade_assignment(
        course,
        "square",
        engine=lambda: InstantEngine(status),
        cache=course_cache(course),
        write=False,
    )
    return report, preview(course, report)


def files(course: Course) -> dict[str, bytes]:
    own = {"cache", "lock"}
    every = (path for path in course.root.rglob("*") if path.is_file())
    kept = [path for path in every if own.isdisjoint(path.parts)]
    return {str(path): path.read_bytes() for path in kept}


def test_nothing_changes_where_nothing_would(graded: Course) -> None:
    _, found = look(graded)
    assert (found.changes, found.unchanged) == ((), 3)
    assert found.before == found.after


def test_who_loses_what_and_which_cell_does_it(graded: Course) -> None:
    _, found = look(graded, CellStatus.ERROR)
    losses = {change.student: (change.before, change.after) for change in found.changes}
    assert losses == {"ada": (6, 3), "bob": (3, 1), "cy": (3, 0)}
    assert found.by_cell == {"square/cube-values": (0, 3), "square/square-values": (0, 3)}
    bob = next(change for change in found.changes if change.student == "bob")
    assert {cell.cell: cell.manual for cell in bob.cells} == {
        "square-values": None,
        "cube-values": 1.0,
    }
    assert sum(found.before) == sum(found.after) == 3
    assert found.to_json()["changes"][0]["difference"] == -3


def test_extra_points_for_an_answer_without_a_mark_do_not_count_yet(graded: Course) -> None:
    with Gradebook(graded.db_url, graded.course_id) as gradebook:
        gradebook.find_grade("why", "square", "square", "cy").extra_credit = 2
        gradebook.db.commit()
    _, found = look(graded)
    assert found.before == found.after


def test_looking_writes_nothing(graded: Course) -> None:
    before, entries = files(graded), len(read_trail(graded))
    look(graded, CellStatus.ERROR)
    after = files(graded)
    assert {name for name in after | before if after.get(name) != before.get(name)} == set()
    assert len(read_trail(graded)) == entries


def test_writing_afterwards_grades_nothing_again(graded: Course) -> None:
    look(graded, CellStatus.ERROR)
    engines: list[InstantEngine] = []

    def make() -> InstantEngine:
        engines.append(InstantEngine(CellStatus.ERROR))
        return engines[-1]

    report = grade_assignment(graded, "square", engine=make, cache=course_cache(graded))
    assert report.unchanged == {"ada", "bob", "cy"}
    assert preview(graded, report).changes == ()


def test_a_submission_that_cannot_be_graded_keeps_its_mark(graded: Course) -> None:
    hand_in(graded, "cy", "square", b"{")
    _, found = look(graded)
    (change,) = found.changes
    assert (change.student, change.before, change.after) == ("cy", 3, None)
    assert change.reason
    console = Console(record=True, width=200)
    print_preview(console, found)
    assert "0 would change, 2 would not, 1 cannot be graded." in console.export_text()


def test_it_is_shown(graded: Course, tmp_path: Path) -> None:
    _, found = look(graded, CellStatus.ERROR)
    console = Console(record=True, width=200)
    print_preview(console, found)
    text = console.export_text()
    assert "square/cube-values: 0 gain, 3 lose points" in text
    assert "but a person's points stay" in " ".join(text.split())
    assert "3 would change, 0 would not." in text
