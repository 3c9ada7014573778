"""The one writer: verdicts into nbgrader's gradebook, through nbgrader's own model."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar, final

import nbformat
from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import SaveCells
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from autograder.assignment import Assignment, AssignmentNotebook
from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading.database import DatabaseLock, is_passing, reason_of, shown_url
from autograder.grading.grade import NO_ANSWER
from autograder.grading.stopping import Stop
from autograder.grading.verdict import CellVerdict, Status, SubmissionStatus, Verdict

__all__ = ["GradebookWriter", "open_gradebook"]

_PATIENCE_SECONDS: Final = 1800.0
_FIRST_DELAY_SECONDS: Final = 0.1
_LONGEST_DELAY_SECONDS: Final = 10.0
Result = TypeVar("Result")


def open_gradebook(course: Course) -> Any:
    """nbgrader's own `Gradebook` of a course; it is made if there is none."""
    with _alembic_in_this_process():
        return Gradebook(course.db_url, course.course_id)


@contextmanager
def _alembic_in_this_process() -> Iterator[None]:
    """Ask alembic's library for the version of a new gradebook.

    nbgrader starts the program `alembic`, which takes seconds and is not on the search path when
    the virtual environment is not activated.
    """
    original = api.get_alembic_version
    api.get_alembic_version = _alembic_version
    try:
        yield
    finally:
        api.get_alembic_version = original


@cache
def _alembic_version() -> str:
    folder = Path(api.__file__).parent / "alembic"
    return str(ScriptDirectory(str(folder)).get_current_head())


@final
class GradebookWriter:
    """Writes the verdicts of one assignment.

    Each submission is one transaction: an interrupted run leaves the old grade or the new one.
    What a person entered (scores, comments, extra credit, flags) is never overwritten. A database
    that goes away for a while is waited for.

    Args:
        course: whose gradebook.
        assignment: registered in it, as `nbgrader generate_assignment` does, if it is not yet.
        notice: is told for people that the database keeps the work waiting, or no longer does.
        stop: ends the waiting, when requested.
        patience_seconds: how long to wait.

    Raises:
        OperatorError: the database cannot be reached or used, somebody else is writing to it, or
            the assignment's cells are not those that it knows.
    """

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        *,
        notice: Callable[[str], None] | None = None,
        stop: Stop | None = None,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._course = course
        self._assignment = assignment
        self._notice = notice or _ignore
        self._stop = stop or Stop()
        self._patience_seconds = patience_seconds
        try:
            self._gradebook = open_gradebook(course)
        except SQLAlchemyError as error:
            raise self._unusable(error) from error
        try:
            self._lock = DatabaseLock(self._gradebook.engine, course.course_id)
            self._register()
        except SQLAlchemyError as error:
            self._gradebook.close()
            raise self._unusable(error) from error
        except BaseException:
            self._gradebook.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._lock.close()
        self._gradebook.close()

    def holds(self, submission: str, verdict: Verdict) -> bool:
        """Whether the gradebook has a submission with this id and exactly these automatic scores.

        Raises:
            OperatorError: the database is away for too long.
        """
        return self._patiently(lambda: self._holds(submission, verdict))

    def _holds(self, submission: str, verdict: Verdict) -> bool:
        session = self._gradebook.db
        stored = session.execute(
            select(Notebook.name, BaseCell.name, Grade.auto_score)
            .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .join(BaseCell, Grade.cell_id == BaseCell.id)
            .where(SubmittedNotebook.assignment_id == submission)
        ).all()
        session.rollback()
        wanted = {
            (cell.notebook, cell.grade_id, None if cell.status is Status.MANUAL else cell.points)
            for cell in verdict.cells
        }
        return {tuple(row) for row in stored} == wanted

    def write(self, student: str, verdict: Verdict, timestamp: datetime | None) -> str:
        """Write one verdict.

        A quarantined submission changes no grade: the student is known, an earlier grade stays.

        Args:
            student: nbgrader's student id.
            verdict: what grading gave.
            timestamp: when it was handed in, UTC without time zone, if known.

        Returns:
            The gradebook's id of the submission; empty if it is quarantined.

        Raises:
            OperatorError: the database is away for too long, or refuses.
        """
        return self._patiently(lambda: self._write(student, verdict, timestamp))

    def _write(self, student: str, verdict: Verdict, timestamp: datetime | None) -> str:
        session = self._gradebook.db
        try:
            person = session.get(Student, student)
            if person is None:
                person = Student(id=student)
                session.add(person)
            submission = ""
            if verdict.status is SubmissionStatus.GRADED:
                submission = self._write_grades(person, verdict, timestamp)
            session.commit()
        finally:
            # After an error it takes back what was begun; otherwise it forgets what was read.
            session.close()
        return submission

    def _patiently(self, work: Callable[[], Result]) -> Result:
        """Do something with the database, again and again while it is away."""
        delay, started = _FIRST_DELAY_SECONDS, time.monotonic()
        while True:
            try:
                self._lock.hold()
                result = work()
            except DBAPIError as error:
                if not is_passing(error):
                    raise self._unusable(error) from error
                waited = time.monotonic() - started
                if waited > self._patience_seconds or self._stop.requested:
                    raise self._unusable(error) from error
                self._notice(f"the gradebook is away, trying again: {reason_of(error)}")
                time.sleep(delay)
                delay = min(2 * delay, _LONGEST_DELAY_SECONDS)
            else:
                if delay > _FIRST_DELAY_SECONDS:
                    waited = time.monotonic() - started
                    self._notice(f"the gradebook is back after {waited:.0f} s")
                return result

    def _unusable(self, error: SQLAlchemyError) -> OperatorError:
        url = shown_url(self._course.db_url)
        return OperatorError(
            f"the gradebook {url} cannot be used: {reason_of(error)}. What was written stays and "
            "what was graded is kept: put it right and run the same command again"
        )

    def _write_grades(self, person: Any, verdict: Verdict, timestamp: datetime | None) -> str:
        session = self._gradebook.db
        assignment = self._gradebook.find_assignment(self._assignment.name)
        submission = (
            session.query(SubmittedAssignment)
            .filter_by(assignment_id=assignment.id, student_id=person.id)
            .one_or_none()
        )
        if submission is None:
            submission = SubmittedAssignment(assignment=assignment, student=person)
            session.add(submission)
        submission.timestamp = timestamp
        known = {notebook.name: notebook for notebook in submission.notebooks}
        verdicts = {(cell.notebook, cell.grade_id): cell for cell in verdict.cells}
        for notebook in assignment.notebooks:
            submitted = known.get(notebook.name)
            if submitted is None:
                submitted = SubmittedNotebook(notebook=notebook, assignment=submission)
                session.add(submitted)
            _write_notebook(session, notebook, submitted, verdicts, set(verdict.unanswered))
        session.flush()
        return str(submission.id)

    def _register(self) -> None:
        """Make the gradebook know the assignment's cells as `source/` has them now."""
        gradebook = self._gradebook
        try:
            gradebook.find_assignment(self._assignment.name)
        except MissingEntry:
            gradebook.add_assignment(self._assignment.name)
        for notebook in self._assignment.notebooks.values():
            if not self._is_current(notebook):
                self._save_cells(notebook)
        self._drop_other_notebooks()

    def _is_current(self, notebook: AssignmentNotebook) -> bool:
        try:
            stored = self._gradebook.find_notebook(notebook.name, self._assignment.name)
        except MissingEntry:
            return False
        wanted = {
            (cell.grade_id, cell.master_checksum, cell.metadata["nbgrader"].get("points"))
            for cell in notebook.cells
            if cell.grade_id
        }
        points = {cell.name: cell.max_score for cell in [*stored.grade_cells, *stored.task_cells]}
        return wanted == {
            (cell.name, cell.checksum, points.get(cell.name)) for cell in stored.source_cells
        }

    def _save_cells(self, notebook: AssignmentNotebook) -> None:
        cells = []
        for cell in notebook.cells:
            make = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
            cells.append(make(cell.master, metadata=cell.master_metadata()))
        node = nbformat.v4.new_notebook(cells=cells, metadata=dict(notebook.metadata))
        resources = {
            "nbgrader": {
                "student": ".",
                "assignment": self._assignment.name,
                "notebook": notebook.name,
                "db_url": self._course.db_url,
            }
        }
        step = SaveCells(config=self._course.config)
        step.log = logging.getLogger("autograder.nbgrader")
        try:
            step.preprocess(node, resources)
        except RuntimeError as error:
            raise OperatorError(
                f"cells were added to or removed from {self._assignment.name}/{notebook.name} "
                "since its first submission was graded, and nbgrader's gradebook cannot follow. "
                "Keep the cells' ids, or start with a new gradebook "
                "(`nbgrader db assignment remove` drops this assignment's grades)"
            ) from error
        self._gradebook.db.expire_all()

    def _drop_other_notebooks(self) -> None:
        assignment = self._gradebook.find_assignment(self._assignment.name)
        extra = {notebook.name for notebook in assignment.notebooks} - set(
            self._assignment.notebooks
        )
        if extra and assignment.submissions:
            raise OperatorError(
                f"{', '.join(sorted(extra))} is in the gradebook for {self._assignment.name} but "
                "no longer in source/, and there are grades for it. Put the notebook back, or "
                "drop the grades with `nbgrader db assignment remove`"
            )
        for name in extra:
            self._gradebook.remove_notebook(name, self._assignment.name)


def _ignore(_message: str) -> None:
    pass


def _write_notebook(
    session: Any,
    notebook: Any,
    submitted: Any,
    verdicts: Mapping[tuple[str, str], CellVerdict],
    unanswered: Collection[tuple[str, str]],
) -> None:
    grades = {grade.cell_id: grade for grade in submitted.grades}
    comments = {comment.cell_id: comment for comment in submitted.comments}
    for cell in [*notebook.grade_cells, *notebook.task_cells]:
        grade = grades.get(cell.id)
        if grade is None:
            grade = Grade(cell_id=cell.id, notebook=submitted)
            session.add(grade)
        _fill_grade(grade, verdicts.get((notebook.name, cell.name)))
    for cell in [*notebook.solution_cells, *notebook.task_cells]:
        comment = comments.get(cell.id)
        if comment is None:
            comment = Comment(cell_id=cell.id, notebook=submitted)
            session.add(comment)
        comment.auto_comment = NO_ANSWER if (notebook.name, cell.name) in unanswered else None


def _fill_grade(grade: Any, verdict: CellVerdict | None) -> None:
    if verdict is None:
        grade.auto_score = 0.0
        grade.needs_manual_grade = False
        return
    by_hand = verdict.status is Status.MANUAL
    grade.auto_score = None if by_hand else verdict.points
    # As in nbgrader: an answer that a person has marked is looked at again after a regrade.
    grade.needs_manual_grade = by_hand or grade.manual_score is not None
