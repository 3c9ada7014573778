from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course, check_name
from autograder.errors import OperatorError
from tests.builders import SQUARE, make_course


def test_a_course_is_read_through_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.course_id = 'ml'\n"
        "c.CourseDirectory.submitted_directory = 'inbox'\n"
        "c.CourseDirectory.db_url = 'sqlite:////somewhere/else.db'\n"
    )
    course = Course.open(tmp_path)
    assert course.course_id == "ml"
    assert course.db_url == "sqlite:////somewhere/else.db"
    assert course.step("submitted", "ada", "ps1") == tmp_path / "inbox/ada/ps1"
    assert course.source("ps1") == tmp_path / "source/ps1"


def test_another_layout_is_followed(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.directory_structure = "
        "'{assignment_id}/{nbgrader_step}/{student_id}'\n"
    )
    course = Course.open(tmp_path)
    (tmp_path / "ps1/submitted/ada").mkdir(parents=True)
    (tmp_path / "ps2/submitted/bob").mkdir(parents=True)
    assert course.students("ps1") == ["ada"]


def test_the_configuration_of_the_current_directory_is_not_mixed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "nbgrader_config.py").write_text("c.CourseDirectory.course_id = 'wrong'\n")
    monkeypatch.chdir(here)
    course = make_course(tmp_path / "there", square=SQUARE)
    assert course.course_id == "test-course"
    assert Path.cwd() == here


def test_a_broken_configuration_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c.CourseDirectory.course_id = undefined\n")
    with pytest.raises(OperatorError, match=r"nbgrader_config\.py cannot be loaded: NameError"):
        Course.open(tmp_path)


def test_a_missing_directory_is_an_operator_error(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no course directory"):
        Course.open(tmp_path / "nothing")


def test_assignments_are_the_folders_with_notebooks(course: Course) -> None:
    (course.root / "source" / "empty").mkdir()
    (course.root / "source" / "header.ipynb").write_text("{}")
    assert course.assignments() == ["square"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", ".x", " a", "a\n", "a*", "x+y", "{}"]
)
def test_names_that_are_paths_or_patterns_are_refused(name: str) -> None:
    with pytest.raises(OperatorError):
        check_name("a student", name)


@pytest.mark.parametrize("name", ["ada", "李明", "a.b@c.org", "van der Berg", "O'Neil", "a-1_2"])
def test_names_that_people_have_are_accepted(name: str) -> None:
    assert check_name("a student", name) == name
