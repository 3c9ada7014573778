from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from rich.console import Console

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.export import export
from autograder.grading.batch import grade_assignment
from autograder.trail import read_trail
from autograder.trail.explain import explain
from autograder.trail.show import print_explanation
from tests.builders import RIGHT, SQUARE, hand_in, make_course, notebook, released
from tests.gradebooks import with_gradebook
from tests.grading.fakes import InstantEngine


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """One graded submission."""
    course = with_gradebook(make_course(tmp_path / "course", square=SQUARE))
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    grade_assignment(course, "square", engine=InstantEngine)
    return course


def test_a_mark_is_followed_to_its_bytes_and_tests(course: Course) -> None:
    found = explain(course, "ada", "square")
    assert found.mark is not None
    assert (found.mark.score, found.max_score) == (3.0, 6.0)
    path = course.step("submitted", "ada", "square") / "square.ipynb"
    assert found.graded is not None
    facts = found.graded.facts
    assert facts["files"] == {"square.ipynb": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert facts["libraries"]["torch"]
    assert (found.same_bytes, found.same_tests) == (True, True)
    assert [cell[3] for cell in facts["cells"]] == [2.0, 1.0, 0.0]


def test_what_changed_since_is_said(course: Course) -> None:
    path = course.step("submitted", "ada", "square") / "square.ipynb"
    path.write_bytes(path.read_bytes() + b" ")
    source = course.source("square") / "square.ipynb"
    source.write_text(source.read_text().replace("== 8", "== 9"))
    found = explain(course, "ada", "square")
    assert (found.same_bytes, found.same_tests) == (False, False)


def test_what_a_person_entered_is_noticed_once(course: Course) -> None:
    explain(course, "ada", "square")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.find_grade("why", "square", "square", "ada").manual_score = 2.5
        gradebook.find_comment("why", "square", "square", "ada").manual_comment = "well said"
        gradebook.db.commit()
    for _ in range(2):
        found = explain(course, "ada", "square")
        by_hand = [entry.facts for entry in found.history if entry.action == "by hand"]
        assert [(facts["cell"], facts["score"]) for facts in by_hand if facts["score"]] == [
            ("why", 2.5)
        ]
    assert "well said" in [facts["comment"] for facts in by_hand]


def test_a_regrade_that_changes_nothing_is_on_record_only_if_it_wrote(course: Course) -> None:
    before = len(read_trail(course))
    grade_assignment(course, "square", engine=InstantEngine)
    assert len(read_trail(course)) == before + 1


def test_a_mark_is_followed_into_the_files_that_gave_it(course: Course, tmp_path: Path) -> None:
    hand_in(course, "bob", "square", notebook(released(SQUARE, {})))
    grade_assignment(course, "square", engine=InstantEngine)
    export(course, tmp_path / "all.csv", "csv")
    export(course, tmp_path / "withheld.csv", "canvas")
    export(course, tmp_path / "cells.csv", "csv-cells")
    export(course, tmp_path / "of bob.json", "json", students=["bob"])
    found = explain(course, "ada", "square")
    exported = [entry.facts for entry in found.history if entry.action == "exported"]
    assert [(facts["file"], facts["points"]) for facts in exported] == [
        ("all.csv", 3),
        ("cells.csv", None),
    ]
    digest = hashlib.sha256((tmp_path / "all.csv").read_bytes()).hexdigest()
    with (tmp_path / "told.txt").open("w") as file:
        print_explanation(Console(file=file, width=200), found)
    told = (tmp_path / "told.txt").read_text()
    assert f"exported: 3 points to all.csv, format csv, one of 2 students (sha256 {digest})" in told


def test_of_a_stranger_nothing_is_known(course: Course) -> None:
    with pytest.raises(OperatorError, match="nothing is known about 'bob' in 'square'"):
        explain(course, "bob", "square")


def test_an_explanation_is_data(course: Course) -> None:
    document = explain(course, "ada", "square").to_json()
    assert document["score"] == 3.0
    assert document["graded"]["action"] == "graded"
    assert {cell["cell"] for cell in document["cells"]} == {"square-values", "cube-values", "why"}
