from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import event

from autograder.assignment import load_assignment, read_files
from autograder.course import Course
from autograder.errors import OperatorError
from autograder.folders import replace_folder
from autograder.grading import batch
from autograder.grading.batch import grade_assignment
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.memory import Reuse
from autograder.grading.verdict import Status, SubmissionStatus, Verdict
from autograder.sealed.model import CellStatus
from tests.builders import RIGHT, SQUARE, hand_in, make_course, notebook, released
from tests.grading.fakes import Heard, InstantEngine


def scores(course: Course) -> dict[str, float]:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        return {
            submission.student.id: submission.score
            for submission in gradebook.assignment_submissions("square")
        }


def test_a_class_is_graded_into_the_gradebook(course: Course) -> None:
    right = notebook(released(SQUARE, RIGHT))
    for student in ("ada", "李明", "o'neil jr."):
        hand_in(course, student, "square", right)
    report = grade_assignment(course, "square", engine=InstantEngine, workers=2)
    assert list(report.verdicts) == ["ada", "o'neil jr.", "李明"]
    assert scores(course) == {"ada": 3, "李明": 3, "o'neil jr.": 3}
    for student in report.verdicts:
        assert (course.step("autograded", student, "square") / "square.ipynb").is_file()


def test_a_bad_submission_never_stops_the_batch(course: Course) -> None:
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    hand_in(course, "bob", "square", b"{ broken")
    hand_in(course, "cy", "square", b"").rename(
        course.step("submitted", "cy", "square") / "other.ipynb"
    )
    course.step("submitted", "dot", "square").mkdir(parents=True)
    report = grade_assignment(course, "square", engine=InstantEngine)
    assert report.quarantined == ["bob", "cy", "dot"]
    assert all(report.verdicts[student].reason for student in report.quarantined)
    assert scores(course) == {"ada": 3}
    assert not course.step("autograded", "bob", "square").exists()


def test_quarantine_keeps_an_earlier_grade(course: Course) -> None:
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    grade_assignment(course, "square", engine=InstantEngine)
    hand_in(course, "ada", "square", b"not json")
    grade_assignment(course, "square", engine=InstantEngine)
    assert scores(course) == {"ada": 3}
    assert (course.step("autograded", "ada", "square") / "square.ipynb").is_file()


def test_a_regrade_replaces_marks_and_keeps_what_a_person_entered(course: Course) -> None:
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    grade_assignment(course, "square", engine=InstantEngine)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        grade = gradebook.find_grade("why", "square", "square", "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.5, 0.5, False
        comment = gradebook.find_comment("why", "square", "square", "ada")
        comment.manual_comment = "well said"
        gradebook.db.commit()
    grade_assignment(course, "square", engine=lambda: InstantEngine(CellStatus.ERROR))
    with Gradebook(course.db_url, course.course_id) as gradebook:
        assert gradebook.find_submission("square", "ada").score == 3.0
        grade = gradebook.find_grade("why", "square", "square", "ada")
        assert (grade.manual_score, grade.extra_credit) == (2.5, 0.5)
        assert not grade.needs_manual_grade
        comment = gradebook.find_comment("why", "square", "square", "ada")
        assert comment.manual_comment == "well said"


@pytest.mark.parametrize("change", ["the answer", "the mark scheme", "--force"])
def test_a_person_looks_again_where_what_was_marked_is_another(course: Course, change: str) -> None:
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    grade_assignment(course, "square", engine=InstantEngine)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        grade = gradebook.find_grade("why", "square", "square", "ada")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    reuse = Reuse.NOTHING if change == "--force" else Reuse.ALL
    if change == "the answer":
        hand_in(course, "ada", "square", notebook(released(SQUARE, {**RIGHT, "why": "Other."})))
    if change == "the mark scheme":
        path = course.source("square") / "square.ipynb"
        path.write_text(path.read_text().replace("1 point\\n", "2 points\\n"))
    grade_assignment(course, "square", engine=InstantEngine, reuse=reuse)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        assert gradebook.find_grade("why", "square", "square", "ada").needs_manual_grade


def test_a_changed_test_reaches_the_gradebook(course: Course) -> None:
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    grade_assignment(course, "square", engine=InstantEngine)
    path = course.source("square") / "square.ipynb"
    path.write_text(path.read_text().replace("assert cube(2) == 8", "assert cube(3) == 27"))
    grade_assignment(course, "square", engine=InstantEngine)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        source = gradebook.find_source_cell("cube-values", "square", "square").source
    assert "cube(3) == 27" in source


def test_an_interrupted_registration_leaves_the_assignment_as_it_was(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    interrupted = Mock(side_effect=KeyboardInterrupt)
    with monkeypatch.context() as patch:
        patch.setattr(Gradebook, "add_source_cell", interrupted)
        with pytest.raises(KeyboardInterrupt):
            GradebookWriter(course, load_assignment(course, "square"))
    assert interrupted.called
    with Gradebook(course.db_url, course.course_id) as gradebook:
        assert gradebook.find_assignment("square").notebooks == []
    report = grade_assignment(course, "square", engine=InstantEngine)
    assert set(report.verdicts) == {"ada"}


def test_cells_that_somebody_changes_during_a_batch_are_written_as_they_are_then(
    course: Course,
) -> None:
    for student in ("ada", "bob"):
        hand_in(course, student, "square", notebook(released(SQUARE, RIGHT)))
    report = grade_assignment(course, "square", engine=InstantEngine, write=False)
    with GradebookWriter(course, load_assignment(course, "square")) as writer:
        writer.write("ada", report.verdicts["ada"], None)
        with Gradebook(course.db_url, course.course_id) as other:
            other.add_grade_cell("later", "square", "square", max_score=5, cell_type="code")
        writer.write("bob", report.verdicts["bob"], None)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        cells = {
            student: {
                grade.name: grade.auto_score
                for grade in gradebook.find_submission_notebook("square", "square", student).grades
            }
            for student in ("ada", "bob")
        }
    assert cells["bob"] == {**cells["ada"], "later": 0}


def test_what_the_gradebook_reads_of_one_submission_does_not_grow_with_the_class(
    course: Course,
) -> None:
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    verdict = grade_assignment(course, "square", engine=InstantEngine, write=False).verdicts["ada"]
    asked: list[tuple[str, Any]] = []
    with GradebookWriter(course, load_assignment(course, "square")) as writer:
        engine = writer._gradebook.engine

        def note(_1: Any, _2: Any, statement: str, values: Any, *_: Any) -> None:
            asked.append((statement, values))

        event.listen(engine, "before_cursor_execute", note)
        assert writer.holds(writer.write("ada", verdict, None), verdict)
        event.remove(engine, "before_cursor_execute", note)
        with engine.connect() as connection:
            plans = {
                row[3]
                for statement, values in asked
                if statement.startswith("SELECT")
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            }
    own = ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")
    seen = [plan for plan in plans if plan.split()[1] in own]
    assert seen
    for plan in seen:
        # A primary key, or both columns of the other index.
        assert re.search(r"\(id=\?\)| AND ", plan), plan


def test_added_cells_after_the_first_grades_are_refused_plainly(course: Course) -> None:
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    grade_assignment(course, "square", engine=InstantEngine)
    path = course.source("square") / "square.ipynb"
    path.write_bytes(notebook(SQUARE[:4]))
    with pytest.raises(OperatorError, match="added to or removed from square/square"):
        grade_assignment(course, "square", engine=InstantEngine)
    assert scores(course) == {"ada": 3}


def test_the_time_stamp_of_the_submission_is_kept(course: Course) -> None:
    path = hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    (path.parent / "timestamp.txt").write_text("2026-03-01 10:00:00 UTC")
    other = hand_in(course, "bob", "square", notebook(released(SQUARE, RIGHT)))
    (other.parent / "timestamp.txt").write_text("yesterday evening")
    heard = Heard()
    grade_assignment(course, "square", engine=InstantEngine, progress=heard)
    (notice,) = heard.notices
    assert "bob counts as on time: timestamp.txt says 'yesterday evening'" in notice
    with Gradebook(course.db_url, course.course_id) as gradebook:
        stamps = {
            student: gradebook.find_submission("square", student).timestamp
            for student in ("ada", "bob")
        }
    assert stamps == {"ada": datetime(2026, 3, 1, 10, 0), "bob": None}  # noqa: DTZ001 - as stored
    assert (course.step("autograded", "ada", "square") / "timestamp.txt").is_file()


def test_notebooks_that_no_memory_holds_cost_their_own_submission_only(course: Course) -> None:
    for student in ("ada", "bob"):
        path = hand_in(course, student, "square", notebook(released(SQUARE, RIGHT)))
    with (path.parent / "more.ipynb").open("wb") as file:
        file.truncate(1 << 42)  # takes no room on the disk
    report = grade_assignment(course, "square", engine=InstantEngine)
    assert scores(course) == {"ada": 3}
    assert "larger than 134,217,728 bytes" in report.verdicts["bob"].reason


def test_what_is_collected_while_it_is_read_is_graded_whole(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    newer = RIGHT | {"why": "Because it is newer."}
    todo = [{"square.ipynb": notebook(released(SQUARE, newer)), "data.csv": b"new"}]

    def meanwhile(*args: Any, **options: Any) -> dict[str, bytes]:
        if todo:
            replace_folder(path.parent, todo.pop())
        return read_files(*args, **options)

    monkeypatch.setattr(batch, "read_files", meanwhile)
    grade_assignment(course, "square", engine=InstantEngine)
    graded = course.step("autograded", "ada", "square")
    assert (graded / "data.csv").read_bytes() == b"new"
    assert "Because it is newer." in (graded / "square.ipynb").read_text()


def test_only_chosen_students_are_graded(course: Course) -> None:
    for student in ("ada", "bob"):
        hand_in(course, student, "square", notebook(released(SQUARE, RIGHT)))
    report = grade_assignment(course, "square", engine=InstantEngine, students=["bob"])
    assert list(report.verdicts) == ["bob"]
    with pytest.raises(OperatorError, match="nothing was handed in for 'square' by eve"):
        grade_assignment(course, "square", engine=InstantEngine, students=["bob", "eve"])


def test_links_in_a_submission_are_not_followed(course: Course, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("answers")
    path = hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    (path.parent / "link.txt").symlink_to(secret)
    (path.parent / "folder").symlink_to(tmp_path)
    (path.parent / "own.txt").write_text("mine")
    grade_assignment(course, "square", engine=InstantEngine)
    autograded = course.step("autograded", "ada", "square")
    assert sorted(item.name for item in autograded.iterdir()) == ["own.txt", "square.ipynb"]


def test_operator_errors_are_plain(course: Course) -> None:
    with pytest.raises(OperatorError, match=r"no assignment 'nope'.*assignments: square"):
        grade_assignment(course, "nope", engine=InstantEngine)
    with pytest.raises(OperatorError, match="nothing was handed in"):
        grade_assignment(course, "square", engine=InstantEngine)
    with pytest.raises(OperatorError, match="cannot be the name"):
        grade_assignment(course, "../etc", engine=InstantEngine)


def test_several_notebooks_make_one_submission(tmp_path: Path) -> None:
    course = make_course(tmp_path, square=SQUARE)
    second = [cell for cell in SQUARE if cell["id"] != "why"]
    (course.source("square") / "extra.ipynb").write_bytes(notebook(second))
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    report = grade_assignment(course, "square", engine=InstantEngine)
    verdict = report.verdicts["ada"]
    assert (verdict.score, verdict.max_score) == (3, 9)
    extra = [cell for cell in verdict.cells if cell.notebook == "extra"]
    assert {cell.status for cell in extra} == {Status.NOT_RUN}
    assert verdict.repairs[0].what == "the notebook was not handed in"
    assert scores(course) == {"ada": 3}


def test_progress_hears_of_every_submission(course: Course) -> None:
    heard: list[str] = []

    class Listener:
        def started(self, total: int) -> None:
            heard.append(f"total {total}")

        def running(self, student: str) -> None:
            heard.append(f"{student} runs")

        def graded(self, student: str, verdict: Verdict, *, cached: bool) -> None:
            heard.append(f"{student} {verdict.status}")

        def notice(self, message: str) -> None:
            heard.append(message)

    hand_in(course, "ada", "square", b"{")
    hand_in(course, "bob", "square", notebook(released(SQUARE, RIGHT)))
    grade_assignment(course, "square", engine=InstantEngine, progress=Listener())
    assert heard[0] == "total 2"
    assert sorted(heard[1:]) == ["ada quarantined", "ada runs", "bob graded", "bob runs"]


def test_the_report_is_the_json_contract(course: Course) -> None:
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    hand_in(course, "bob", "square", b"{")
    report = json.loads(
        json.dumps(grade_assignment(course, "square", engine=InstantEngine).to_json())
    )
    assert (report["schema"], report["assignment"]) == (1, "square")
    ada, bob = report["submissions"]
    assert (ada["student"], ada["status"], ada["score"], ada["max_score"]) == (
        "ada",
        SubmissionStatus.GRADED,
        3,
        6,
    )
    assert [cell["status"] for cell in ada["cells"]] == ["passed", "passed", "manual"]
    assert {"grade_id", "status", "points", "max_points", "message"} <= set(ada["cells"][0])
    assert (bob["status"], bob["score"]) == ("quarantined", 0)
    assert bob["reason"]
