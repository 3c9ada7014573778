from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import event, text
from traitlets.config import Config

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.lateness import apply_policy, assess_course, sync
from autograder.lateness.plugin import AssignPolicyPenalties, PolicyPenalty
from autograder.plugins import configure
from autograder.trail import read_trail
from tests.builders import make_course
from tests.gradebooks import with_gradebook

POLICY = """
[late]
per_day = 10
[assignment.a]
due = 2026-03-01T12:00:00Z
[[extension]]
students = ["li"]
by = "2 d"
"""
DUE = datetime(2026, 3, 1, 12, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Two late students, one with an extension, in an assignment of two notebooks."""
    course = with_gradebook(make_course(tmp_path / "course"))
    (course.root / "policy.toml").write_text(POLICY)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_assignment("a")
        for name in ("n", "m"):
            gradebook.add_notebook(name, "a")
            gradebook.add_grade_cell("g", name, "a", max_score=10, cell_type="code")
        for student, late in (("ada", 1), ("li", 30), ("eve", -5)):
            gradebook.add_student(student)
            submission = gradebook.add_submission(
                "a", student, timestamp=DUE + timedelta(hours=late)
            )
            for notebook, points in zip(submission.notebooks, (4, 6), strict=True):
                notebook.grades[0].auto_score = points
        gradebook.db.commit()
    return course


def penalties(course: Course) -> dict[str, float]:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        return {
            entry.student_id: entry.late_submission_penalty
            for entry in gradebook.find_assignment("a").submissions
        }


def test_the_gradebook_follows_the_rules(course: Course) -> None:
    deductions = sync(course)
    assert penalties(course) == {"ada": 1.0, "li": 0.0, "eve": 0.0}
    assert [(d.student, d.points, d.changed) for d in deductions] == [
        ("ada", 1.0, True),
        ("eve", 0.0, False),
        ("li", 0.0, False),
    ]
    with Gradebook(course.db_url, course.course_id) as gradebook:
        assert gradebook.find_assignment("a").duedate == DUE
        assert gradebook.find_submission("a", "li").extension == timedelta(days=2)
        assert gradebook.find_submission("a", "li").total_seconds_late == 0


def test_a_second_time_changes_nothing(course: Course) -> None:
    sync(course)
    assert not any(deduction.changed for deduction in sync(course))
    assert penalties(course) == {"ada": 1.0, "li": 0.0, "eve": 0.0}


def test_a_penalty_follows_a_score_that_a_person_changes(course: Course) -> None:
    sync(course)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.find_grade("g", "n", "a", "ada").manual_score = 9
        gradebook.db.commit()
    sync(course)
    assert penalties(course)["ada"] == pytest.approx(0.9 + gradebook_other(course))


def gradebook_other(course: Course) -> float:
    """A tenth of what the other notebook earned."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        return float(gradebook.find_submission_notebook("m", "a", "ada").score) / 10


def test_a_larger_class_takes_no_more_queries(course: Course) -> None:
    def queries() -> int:
        asked: list[str] = []
        with Gradebook(course.db_url, course.course_id) as gradebook:
            event.listen(gradebook.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
            assert assess_course(course, gradebook)
        return len(asked)

    few = queries()
    with Gradebook(course.db_url, course.course_id) as gradebook:
        for number in range(5):
            gradebook.add_student(f"s{number}")
            gradebook.add_submission("a", f"s{number}", timestamp=DUE)
    assert queries() == few


def test_looking_writes_nothing(course: Course) -> None:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        found = assess_course(course, gradebook)
    assert [d.points for d in found] == [1.0, 0.0, 0.0]
    assert penalties(course)["ada"] == 0
    assert read_trail(course) == []


def test_a_penalty_that_changes_is_on_record_and_one_that_does_not_is_not(course: Course) -> None:
    sync(course)
    sync(course)
    (entry,) = read_trail(course)
    assert (entry.action, entry.facts["student"], entry.facts["points"]) == ("penalty", "ada", 1.0)
    assert (entry.facts["points_before"], entry.facts["late_seconds"]) == (0.0, 3600.0)


def test_no_penalty_is_written_that_cannot_be_put_on_record(course: Course) -> None:
    (course.root / ".autograder").write_text("in the way")
    with pytest.raises(OperatorError, match="on record"):
        sync(course)
    assert penalties(course)["ada"] == 0


def test_a_course_without_rules_is_left_alone(course: Course) -> None:
    (course.root / "policy.toml").unlink()
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.find_submission_notebook("n", "a", "eve").late_submission_penalty = 3
        gradebook.db.commit()
    assert sync(course) == []
    assert penalties(course)["eve"] == 3


def test_an_extension_entered_elsewhere_holds(course: Course) -> None:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.find_submission("a", "ada").extension = timedelta(hours=2)
        gradebook.db.commit()
        apply_policy(course, gradebook)
        assert gradebook.find_submission("a", "ada").extension == timedelta(hours=2)
    assert penalties(course)["ada"] == 0


def test_stock_nbgraders_step_takes_off_the_same(course: Course) -> None:
    config = Config()
    config.CourseDirectory.root = str(course.root)
    configure(config)
    assert AssignPolicyPenalties in config.Autograde.autograde_preprocessors
    assert AssignLatePenalties not in config.Autograde.autograde_preprocessors
    assert config.AssignLatePenalties.plugin_class is PolicyPenalty
    for student in ("ada", "li", "eve"):
        for name in ("n", "m"):
            about = {"notebook": name, "assignment": "a", "student": student}
            resources = {"nbgrader": {**about, "db_url": course.db_url}}
            AssignPolicyPenalties(config=config).preprocess(new_notebook(), resources)
    by_stock = penalties(course)
    assert by_stock == {"ada": 1.0, "li": 0.0, "eve": 0.0}
    assert not any(deduction.changed for deduction in sync(course))


def test_a_gradebook_that_cannot_be_written_is_named_and_stays(course: Course) -> None:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.db.execute(text("PRAGMA query_only = 1"))
        with pytest.raises(OperatorError, match=r"gradebook\.db cannot be used: .*readonly"):
            apply_policy(course, gradebook)
    assert penalties(course) == {"ada": 0, "li": 0, "eve": 0}


def test_a_file_that_is_no_gradebook_is_named(course: Course) -> None:
    Path(course.db_url.removeprefix("sqlite:///")).write_bytes(b"no database" * 1_000)
    with pytest.raises(OperatorError, match=r"gradebook\.db cannot be used: file is not a"):
        sync(course)
