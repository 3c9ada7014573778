from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading.batch import BatchStopped, grade_assignment
from autograder.grading.cache import VerdictCache, course_cache
from autograder.grading.memory import Reuse
from autograder.grading.policy import Policy
from autograder.grading.stopping import Stop
from autograder.grading.verdict import SubmissionStatus, Verdict
from autograder.sealed.model import CellStatus, Limits
from tests.builders import RIGHT, SQUARE, hand_in, notebook, released
from tests.gradebooks import with_gradebook
from tests.grading.fakes import CountingFactory, hand_in_class


@pytest.fixture
def handed_in(course: Course) -> Course:
    """Three students, of whom one handed in nothing that can be read."""
    with_gradebook(course)
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    hand_in(course, "bob", "square", notebook(released(SQUARE, {**RIGHT, "why": "No idea."})))
    hand_in(course, "cy", "square", b"{ broken")
    return course


def contents(course: Course) -> dict[str, tuple[object, ...]]:
    """Everything of the gradebook that people see."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        return {
            submission.student.id: (
                submission.timestamp,
                submission.score,
                submission.needs_manual_grade,
                sorted(
                    (grade.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                ),
                sorted(
                    (comment.name, comment.auto_comment, comment.manual_comment)
                    for notebook in submission.notebooks
                    for comment in notebook.comments
                ),
            )
            for submission in gradebook.assignment_submissions("square")
        }


def test_a_second_run_grades_nothing_and_says_the_same(handed_in: Course) -> None:
    factory = CountingFactory()
    cache = course_cache(handed_in)
    first = grade_assignment(handed_in, "square", engine=factory, cache=cache)
    runs, book = factory.runs, contents(handed_in)
    second = grade_assignment(handed_in, "square", engine=factory, cache=cache)
    assert factory.runs == runs
    assert second.verdicts == first.verdicts
    assert not first.unchanged
    assert second.unchanged == {"ada", "bob", "cy"}
    assert contents(handed_in) == book


def test_what_was_not_changed_is_not_looked_at_again_by_a_person(handed_in: Course) -> None:
    cache, factory = course_cache(handed_in), CountingFactory()
    grade_assignment(handed_in, "square", engine=factory, cache=cache)
    with Gradebook(handed_in.db_url, handed_in.course_id) as gradebook:
        for student in ("ada", "bob"):
            grade = gradebook.find_grade("why", "square", "square", student)
            grade.manual_score, grade.needs_manual_grade = 2.0, False
        gradebook.db.commit()
    hand_in(handed_in, "bob", "square", notebook(released(SQUARE, {**RIGHT, "why": "Now I know"})))
    grade_assignment(handed_in, "square", engine=factory, cache=cache)
    book = contents(handed_in)
    assert book["ada"][1:3] == (5.0, False)
    assert book["bob"][1:3] == (5.0, True)
    grade_assignment(handed_in, "square", engine=factory, cache=cache, reuse=Reuse.NOTHING)
    assert contents(handed_in)["ada"][1:3] == (5.0, True)


def test_a_gradebook_that_lost_its_grades_is_filled_from_the_cache(handed_in: Course) -> None:
    cache, factory = course_cache(handed_in), CountingFactory()
    grade_assignment(handed_in, "square", engine=factory, cache=cache)
    book, runs = contents(handed_in), factory.runs
    (handed_in.root / "gradebook.db").unlink()
    with_gradebook(handed_in)
    grade_assignment(handed_in, "square", engine=factory, cache=cache)
    assert (contents(handed_in), factory.runs) == (book, runs)
    with Gradebook(handed_in.db_url, handed_in.course_id) as gradebook:
        gradebook.find_grade("cube-values", "square", "square", "bob").auto_score = 0.5
        gradebook.db.commit()
    grade_assignment(handed_in, "square", engine=factory, cache=cache)
    assert contents(handed_in) == book


def test_a_later_time_stamp_is_written_without_grading(handed_in: Course) -> None:
    cache, factory = course_cache(handed_in), CountingFactory()
    grade_assignment(handed_in, "square", engine=factory, cache=cache)
    runs = factory.runs
    stamp = handed_in.step("submitted", "ada", "square") / "timestamp.txt"
    stamp.write_text("2026-03-01 10:00:00 UTC")
    grade_assignment(handed_in, "square", engine=factory, cache=cache)
    assert str(contents(handed_in)["ada"][0]) == "2026-03-01 10:00:00"
    assert factory.runs == runs


def test_whatever_a_verdict_depends_on_makes_it_new(handed_in: Course) -> None:
    cache, factory = course_cache(handed_in), CountingFactory()

    def runs(policy: Policy | None = None) -> int:
        before = factory.runs
        grade_assignment(
            handed_in, "square", engine=factory, cache=cache, policy=policy, students=["ada"]
        )
        return factory.runs - before

    assert runs() == 2  # the reference solution and the submission
    assert runs() == 0
    (handed_in.step("submitted", "ada", "square") / "data.csv").write_text("1")
    assert runs() == 1
    (handed_in.source("square") / "data.csv").write_text("2")
    assert runs() == 2
    source = handed_in.source("square") / "square.ipynb"
    source.write_text(source.read_text().replace("(-2, 0, 1.5)", "(-2, 0, 2.5)"))
    assert runs() == 2
    assert runs(Policy(limits=Limits(cell_cpu_seconds=1.0))) == 2
    assert runs() == 0


def test_another_version_of_the_package_grades_again(
    handed_in: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from autograder.grading import memory
    from autograder.grading.fingerprint import fingerprint

    cache, factory = course_cache(handed_in), CountingFactory()
    grade_assignment(handed_in, "square", engine=factory, cache=cache)
    runs = factory.runs
    other = replace(fingerprint(), package="0" * 64)
    monkeypatch.setattr(memory, "fingerprint", lambda: other)
    grade_assignment(handed_in, "square", engine=factory, cache=cache)
    assert factory.runs == 2 * runs


def test_damaged_and_forged_entries_are_graded_again(handed_in: Course) -> None:
    cache, factory = course_cache(handed_in), CountingFactory()
    first = grade_assignment(handed_in, "square", engine=factory, cache=cache)
    entries = [path for path in (handed_in.root / ".autograder/cache").rglob("*") if path.is_file()]
    for path in entries[::2]:
        path.write_bytes(path.read_bytes()[:-1])
    forger = VerdictCache(handed_in.root / ".autograder/cache")
    for path in entries[1::2]:
        forger.store(path.name, b"AGP\n" + bytes(8))
    runs = factory.runs
    second = grade_assignment(handed_in, "square", engine=factory, cache=cache)
    assert factory.runs == 2 * runs
    assert [v.score for v in second.verdicts.values()] == [v.score for v in first.verdicts.values()]


def test_out_of_time_is_remembered_until_it_is_tried_again(handed_in: Course) -> None:
    cache = course_cache(handed_in)
    slow, fast = CountingFactory(CellStatus.TIMEOUT), CountingFactory()
    report = grade_assignment(handed_in, "square", engine=slow, cache=cache)
    assert report.unsettled == ("ada", "bob")
    assert (
        grade_assignment(handed_in, "square", engine=fast, cache=cache).verdicts["ada"].score == 0
    )
    assert fast.runs == 0
    report = grade_assignment(handed_in, "square", engine=fast, cache=cache, reuse=Reuse.SETTLED)
    assert (report.verdicts["ada"].score, report.unsettled) == (3, ())
    assert report.unchanged == {"cy"}
    assert contents(handed_in)["ada"][1] == 3


def test_trouble_of_the_machine_is_tried_once_more_and_never_remembered(handed_in: Course) -> None:
    cache, factory = course_cache(handed_in), CountingFactory()
    grade_assignment(handed_in, "square", engine=factory, cache=cache, students=["cy"])
    factory.fail_next = 1
    report = grade_assignment(handed_in, "square", engine=factory, cache=cache, students=["ada"])
    assert report.verdicts["ada"].score == 3
    factory.fail_next = 2
    report = grade_assignment(handed_in, "square", engine=factory, cache=cache, students=["bob"])
    assert report.verdicts["bob"].status is SubmissionStatus.QUARANTINED
    assert "short of everything" in report.verdicts["bob"].reason
    report = grade_assignment(handed_in, "square", engine=factory, cache=cache)
    assert report.verdicts["bob"].score == 3
    assert report.unchanged == {"ada", "cy"}


def test_a_machine_that_grades_nobody_ends_the_batch(course: Course) -> None:
    with_gradebook(course)
    hand_in_class(course, 20)
    factory = CountingFactory()
    grade_assignment(
        course, "square", engine=factory, students=["s000"], cache=course_cache(course)
    )
    factory.fail_next = 1000
    with pytest.raises(OperatorError, match="submissions in a row could not be graded"):
        grade_assignment(course, "square", engine=factory, cache=course_cache(course))
    factory.fail_next = 0
    report = grade_assignment(course, "square", engine=factory, cache=course_cache(course))
    assert {verdict.score for verdict in report.verdicts.values()} == {3}


class StopAfter:
    """Asks for the end when some are done."""

    def __init__(self, stop: Stop, count: int) -> None:
        self.stop = stop
        self.count = count

    def started(self, total: int) -> None:
        return

    def running(self, student: str) -> None:
        return

    def graded(self, student: str, verdict: Verdict, *, cached: bool) -> None:
        self.count -= 1
        if not self.count:
            self.stop.request(signal.SIGTERM)

    def notice(self, message: str) -> None:
        return


def test_a_stopped_run_goes_on_where_it_ended(course: Course) -> None:
    with_gradebook(course)
    hand_in_class(course, 12)
    cache, factory, stop = course_cache(course), CountingFactory(seconds=0.02), Stop()
    log = course.root / "events.jsonl"
    with pytest.raises(BatchStopped, match="run the same command again") as stopped:
        grade_assignment(
            course,
            "square",
            engine=factory,
            workers=2,
            cache=cache,
            stop=stop,
            log=log,
            progress=StopAfter(stop, 3),
        )
    done = set(stopped.value.report.verdicts)
    assert 3 <= len(done) <= 7
    assert stopped.value.remaining == 12 - len(done)
    assert stopped.value.exit_code == 128 + signal.SIGTERM
    assert set(contents(course)) == done
    report = grade_assignment(course, "square", engine=factory, cache=cache, log=log)
    assert report.unchanged == done
    assert factory.runs == 1 + 12
    events = [json.loads(line) for line in log.read_text().splitlines()]
    ends = [
        (event["how"], event["done"], event["left"])
        for event in events
        if event["event"] == "ended"
    ]
    assert ends == [("stopped", len(done), 12 - len(done)), ("finished", 12, 0)]


def test_a_run_that_is_overdue_leaves_what_it_is_grading(course: Course) -> None:
    with_gradebook(course)
    hand_in_class(course, 3)
    cache, factory = course_cache(course), CountingFactory()
    grade_assignment(course, "square", engine=factory, cache=cache, students=["s000"])
    factory.seconds = 0.5
    stop = Stop(grace_seconds=0.0)
    watching = StopAfter(stop, 1)
    with pytest.raises(BatchStopped) as stopped:
        grade_assignment(
            course, "square", engine=factory, cache=cache, stop=stop, progress=watching
        )
    assert stopped.value.remaining == 2
    assert set(contents(course)) == {"s000"}


GRADER = """
import sys
from pathlib import Path
from autograder.course import Course
from autograder.grading.batch import grade_assignment
from autograder.grading.cache import course_cache
from tests.grading.fakes import CountingFactory

course = Course.open(sys.argv[1])
factory = CountingFactory(seconds=0.05)
grade_assignment(course, "square", engine=factory, workers=2, cache=course_cache(course),
                 log=Path(sys.argv[2]))
"""


def test_a_grader_that_was_killed_is_followed_by_one_that_goes_on(course: Course) -> None:
    with_gradebook(course)
    hand_in_class(course, 30)
    log = course.root / "events.jsonl"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    grader = subprocess.Popen([sys.executable, "-c", GRADER, course.root, log], env=environment)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and graded(log) < 5:
        time.sleep(0.02)
    grader.kill()
    grader.wait()
    before = contents(course)
    assert 4 <= len(before) < 30
    assert {book[1] for book in before.values()} == {3.0}
    factory = CountingFactory()
    report = grade_assignment(course, "square", engine=factory, cache=course_cache(course), log=log)
    assert len(before) <= len(report.unchanged) <= len(before) + 1
    assert factory.runs == 30 - len(report.unchanged)
    assert len(contents(course)) == 30
    assert not list((course.root / "autograded").rglob(".autograder-*"))


def graded(log: Path) -> int:
    return log.read_text().count('"event": "graded"') if log.exists() else 0
