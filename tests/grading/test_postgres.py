from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.apps.api import NbGraderAPI

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading import gradebook as gradebook_module
from autograder.grading.batch import grade_assignment
from autograder.grading.cache import course_cache
from autograder.grading.gradebook import GradebookWriter, open_gradebook
from autograder.grading.stopping import Stop
from autograder.grading.verdict import Verdict
from autograder.report import frames
from tests.builders import RIGHT, SQUARE, hand_in, make_course, notebook, released
from tests.gradebooks import with_gradebook
from tests.grading.fakes import CountingFactory, InstantEngine, hand_in_class
from tests.grading.test_resume import contents
from tests.postgres import PostgresServer
from tests.report.classes import small_class


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.remove()


def on_server(root: Path, url: str) -> Course:
    make_course(root, square=SQUARE)
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(f"c.CourseDirectory.db_url = {url!r}\n")
    return Course.open(root)


def test_the_gradebook_is_the_same_as_in_sqlite_and_nbgrader_reads_it(
    tmp_path: Path, server: PostgresServer
) -> None:
    there = on_server(tmp_path / "there", server.new_database("same"))
    here = with_gradebook(make_course(tmp_path / "here", square=SQUARE))
    books = []
    for course in (here, there):
        hand_in(course, "李明", "square", notebook(released(SQUARE, RIGHT)))
        stamp = course.step("submitted", "李明", "square") / "timestamp.txt"
        stamp.write_text("2026-03-01 10:00:00 UTC")
        hand_in(course, "o'neil", "square", notebook(released(SQUARE, {"square": "x = '\x00'"})))
        hand_in(course, "cy", "square", b"{")
        factory, cache = CountingFactory(), course_cache(course)
        grade_assignment(course, "square", engine=factory, cache=cache)
        assert len(grade_assignment(course, "square", engine=factory, cache=cache).unchanged) == 3
        books.append(contents(course))
    assert books[0] == books[1]
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export"],
        cwd=there.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "李明" in (there.root / "grades.csv").read_text()
    formgrader = NbGraderAPI(there.coursedir)
    shown = {entry["student"]: entry for entry in formgrader.get_submissions("square")}
    assert shown["李明"]["score"] == 3.0
    assert shown["李明"]["needs_manual_grade"]


class StopsTheServer:
    """Stops the server when some are graded, and starts it again when the writer waits."""

    def __init__(self, server: PostgresServer, after: int, *, again: bool = True) -> None:
        self._server = server
        self._after = after
        self._again = again
        self.graded_students: list[str] = []
        self.notices: list[str] = []

    def started(self, total: int) -> None:
        return

    def running(self, student: str) -> None:
        return

    def graded(self, student: str, verdict: Verdict, *, cached: bool) -> None:
        self.graded_students.append(student)
        if len(self.graded_students) == self._after:
            self._server.stop()

    def notice(self, message: str) -> None:
        self.notices.append(message)
        if self._again and len(self.notices) == 2:
            threading.Thread(target=self._server.start).start()


def test_a_database_that_goes_away_for_a_while_is_waited_for(
    tmp_path: Path, server: PostgresServer
) -> None:
    course = on_server(tmp_path / "course", server.new_database("away"))
    students = hand_in_class(course, 10)
    watching = StopsTheServer(server, after=4)
    report = grade_assignment(course, "square", engine=CountingFactory(), progress=watching)
    assert list(report.verdicts) == sorted(watching.graded_students) == students
    assert "the gradebook is away" in watching.notices[0]
    assert "the gradebook is back" in watching.notices[-1]
    assert set(contents(course)) == set(students)


def test_a_database_that_stays_away_ends_the_run_and_loses_nothing(
    tmp_path: Path, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = on_server(tmp_path / "course", server.new_database("gone"))
    hand_in_class(course, 6)
    cache, factory = course_cache(course), CountingFactory()
    writer = GradebookWriter.__init__
    monkeypatch.setattr(
        gradebook_module.GradebookWriter,
        "__init__",
        lambda self, *args, **rest: writer(self, *args, **rest, patience_seconds=0.5),
    )
    with pytest.raises(OperatorError, match=r"course@127.0.0.1.* run the same command again"):
        grade_assignment(
            course,
            "square",
            engine=factory,
            cache=cache,
            progress=StopsTheServer(server, after=2, again=False),
        )
    server.start()
    assert len(contents(course)) == 2
    report = grade_assignment(course, "square", engine=factory, cache=cache)
    assert len(report.unchanged) >= 3
    assert len(contents(course)) == 6


def test_a_second_grader_of_the_same_database_is_refused(
    tmp_path: Path, server: PostgresServer
) -> None:
    url = server.new_database("two")
    one, two = on_server(tmp_path / "one", url), on_server(tmp_path / "two", url)
    hand_in_class(two, 1)
    from autograder.assignment import load_assignment

    with (
        GradebookWriter(one, load_assignment(one, "square"), stop=Stop()),
        pytest.raises(OperatorError, match="another grader is at work on this gradebook"),
    ):
        grade_assignment(two, "square", engine=InstantEngine)
    assert grade_assignment(two, "square", engine=InstantEngine).verdicts["s000"].score == 3


def test_a_database_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    course = on_server(tmp_path, "postgresql+psycopg://ada:secret@127.0.0.1:9/grades")
    hand_in_class(course, 1)
    with pytest.raises(OperatorError, match=r"ada:\*\*\*@127.0.0.1:9/grades cannot be used") as why:
        grade_assignment(course, "square", engine=InstantEngine)
    assert "secret" not in str(why.value)


def test_a_new_gradebook_has_the_version_that_nbgrader_gives_it(course: Course) -> None:
    from nbgrader.api import get_alembic_version
    from sqlalchemy import text

    with open_gradebook(course) as gradebook:
        version = gradebook.db.execute(text("SELECT version_num FROM alembic_version")).scalar()
    assert version == get_alembic_version()


def test_a_report_reads_from_it_what_it_reads_from_sqlite(
    tmp_path: Path, server: PostgresServer
) -> None:
    there = small_class(on_server(tmp_path / "there", server.new_database("report")))
    here = small_class(with_gradebook(make_course(tmp_path / "here")))
    found, expected = frames(there).tables(), frames(here).tables()
    for name, table in expected.items():
        assert found[name].equals(table), name
