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
from typing import Any, Final, Self, TypeAlias, TypeVar, final

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
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from autograder.assignment import Assignment, AssignmentNotebook
from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading.database import DatabaseLock, is_passing, reason_of, unusable
from autograder.grading.grade import NO_ANSWER
from autograder.grading.stopping import Stop
from autograder.grading.verdict import CellVerdict, Status, SubmissionStatus, Verdict

__all__ = ["GradebookWriter", "open_gradebook"]

_PATIENCE_SECONDS: Final = 1800.0
_FIRST_DELAY_SECONDS: Final = 0.1
_LONGEST_DELAY_SECONDS: Final = 10.0
_GRADED: Final = frozenset({"GradeCell", "TaskCell"})
_COMMENTED: Final = frozenset({"SolutionCell", "TaskCell"})
_Cells: TypeAlias = list[tuple[str, str, str, str]]
"""Id, notebook, `grade_id` and kind of each cell of a notebook in the gradebook."""

_Row: TypeAlias = dict[str, Any]
Result = TypeVar("Result")


def open_gradebook(course: Course) -> Any:
    """nbgrader's own `Gradebook` of a course; it is made if there is none.

    Raises:
        OperatorError: the database cannot be reached or used.
    """
    try:
        with _alembic_in_this_process():
            return Gradebook(course.db_url, course.course_id)
    except SQLAlchemyError as error:
        raise unusable(course.db_url, error) from error


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
        self._gradebook = open_gradebook(course)
        try:
            self._lock = DatabaseLock(self._gradebook.engine, course.course_id)
            self._register()
        except SQLAlchemyError as error:
            self._gradebook.close()
            raise unusable(self._course.db_url, error) from error
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
        assignment = self._gradebook.find_assignment(self._assignment.name)
        names = self._notebook_names(assignment)
        submitted = dict(
            session.execute(
                select(SubmittedNotebook.id, SubmittedNotebook.notebook_id).where(
                    SubmittedNotebook.assignment_id == submission,
                    # Without this, and without the cells below, the database reads what it has of
                    # the whole class: its indexes begin with the instructor's notebook or cell.
                    SubmittedNotebook.notebook_id.in_(names),
                )
            ).all()
        )
        cells = dict(
            session.execute(
                select(BaseCell.id, BaseCell.name).where(BaseCell.notebook_id.in_(names))
            ).all()
        )
        grades = session.execute(
            select(Grade.notebook_id, Grade.cell_id, Grade.auto_score).where(
                Grade.notebook_id.in_(submitted), Grade.cell_id.in_(cells)
            )
        ).all()
        stored = {
            (names[submitted[notebook]], cells[cell], score) for notebook, cell, score in grades
        }
        session.rollback()
        wanted = {
            (cell.notebook, cell.grade_id, None if cell.status is Status.MANUAL else cell.points)
            for cell in verdict.cells
        }
        return stored == wanted

    def write(
        self,
        student: str,
        verdict: Verdict,
        timestamp: datetime | None,
        *,
        standing: Collection[str] = (),
    ) -> str:
        """Write one verdict.

        A quarantined submission changes no grade: the student is known, an earlier grade stays.

        Args:
            student: nbgrader's student id.
            verdict: what grading gave.
            timestamp: when it was handed in, UTC without time zone, if known.
            standing: answers (`<notebook>/<grade id>`) that did not change: who has marked one
                need not look again.

        Returns:
            The gradebook's id of the submission; empty if it is quarantined.

        Raises:
            OperatorError: the database is away for too long, or refuses.
        """
        return self._patiently(lambda: self._write(student, verdict, timestamp, standing))

    def _write(
        self,
        student: str,
        verdict: Verdict,
        timestamp: datetime | None,
        standing: Collection[str],
    ) -> str:
        session = self._gradebook.db
        try:
            person = session.get(Student, student)
            if person is None:
                person = Student(id=student)
                session.add(person)
            submission = ""
            if verdict.status is SubmissionStatus.GRADED:
                submission = self._write_grades(person, verdict, timestamp, standing)
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
                    raise unusable(self._course.db_url, error) from error
                waited = time.monotonic() - started
                if waited > self._patience_seconds or self._stop.requested:
                    raise unusable(self._course.db_url, error) from error
                self._notice(f"the gradebook is away, trying again: {reason_of(error)}")
                time.sleep(delay)
                delay = min(2 * delay, _LONGEST_DELAY_SECONDS)
            else:
                if delay > _FIRST_DELAY_SECONDS:
                    waited = time.monotonic() - started
                    self._notice(f"the gradebook is back after {waited:.0f} s")
                return result

    def _write_grades(
        self,
        person: Any,
        verdict: Verdict,
        timestamp: datetime | None,
        standing: Collection[str],
    ) -> str:
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
        session.flush()
        submitted = self._submitted_notebooks(assignment, submission)
        _write_grades(session, submitted, verdict, standing)
        _write_comments(session, submitted, verdict)
        return str(submission.id)

    def _notebook_names(self, assignment: Any) -> dict[str, str]:
        """The instructor's notebooks, by id."""
        wanted = select(Notebook.id, Notebook.name).where(Notebook.assignment_id == assignment.id)
        return dict(self._gradebook.db.execute(wanted).all())

    def _submitted_notebooks(self, assignment: Any, submission: Any) -> dict[str, _Cells]:
        """The submission's notebooks, made where they are not yet, by id, each with its cells.

        Cells are asked for as rows, in every transaction: as objects they take longer than all
        else here, and somebody else may have changed them since the last one.
        """
        session = self._gradebook.db
        names = self._notebook_names(assignment)
        known = dict(
            session.execute(
                select(SubmittedNotebook.notebook_id, SubmittedNotebook.id).where(
                    SubmittedNotebook.assignment_id == submission.id,
                    SubmittedNotebook.notebook_id.in_(names),
                )
            ).all()
        )
        found: dict[str, _Cells] = {}
        for key, name in names.items():
            if key not in known:
                made = SubmittedNotebook(notebook_id=key, assignment_id=submission.id)
                session.add(made)
                session.flush()
                known[key] = made.id
            rows = session.execute(
                select(BaseCell.id, BaseCell.name, BaseCell.type).where(BaseCell.notebook_id == key)
            ).all()
            found[known[key]] = [(cell, name, grade_id, kind) for cell, grade_id, kind in rows]
        return found

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
        step = _SaveCellsAtOnce(config=self._course.config)
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


class _SaveCellsAtOnce(SaveCells):  # type: ignore[misc]  # nbgrader is untyped
    """nbgrader's step in one transaction.

    Its own has one for every cell: 140 waits for the disk for an assignment of 40 tests, and an
    assignment that is half known if it is interrupted.
    """

    def _create_notebook(self, nb: Any) -> None:
        session: Any = self.gradebook.db()
        session.commit = session.flush
        try:
            super()._create_notebook(nb)
        finally:
            del session.commit
        session.commit()


def _ignore(_message: str) -> None:
    pass


def _write_grades(
    session: Any,
    submitted: Mapping[str, _Cells],
    verdict: Verdict,
    standing: Collection[str],
) -> None:
    verdicts = {(cell.notebook, cell.grade_id): cell for cell in verdict.cells}
    columns = (Grade.manual_score, Grade.auto_score, Grade.needs_manual_grade)
    known = {
        (notebook, cell): (key, manual, _grade_row(*before))
        for key, notebook, cell, manual, *before in session.execute(
            select(Grade.id, Grade.notebook_id, Grade.cell_id, *columns).where(
                Grade.notebook_id.in_(submitted), Grade.cell_id.in_(_ids(submitted))
            )
        )
    }
    new, changed = [], []
    for notebook, cells in submitted.items():
        for cell, name, grade_id, kind in cells:
            if kind not in _GRADED:
                continue
            key, manual, before = known.get((notebook, cell), (None, None, None))
            values = _grade(verdicts.get((name, grade_id)), manual)
            if before and manual is not None and f"{name}/{grade_id}" in standing:
                values["needs_manual_grade"] = before["needs_manual_grade"]
            if key is None:
                new.append({"notebook_id": notebook, "cell_id": cell, **values})
            elif values != before:
                changed.append({"id": key, **values})
    _store(session, Grade, new, changed)


def _write_comments(session: Any, submitted: Mapping[str, _Cells], verdict: Verdict) -> None:
    unanswered = set(verdict.unanswered)
    known = {
        (notebook, cell): (key, before)
        for key, notebook, cell, before in session.execute(
            select(Comment.id, Comment.notebook_id, Comment.cell_id, Comment.auto_comment).where(
                Comment.notebook_id.in_(submitted), Comment.cell_id.in_(_ids(submitted))
            )
        )
    }
    new, changed = [], []
    for notebook, cells in submitted.items():
        for cell, name, grade_id, kind in cells:
            if kind not in _COMMENTED:
                continue
            text = NO_ANSWER if (name, grade_id) in unanswered else None
            key, before = known.get((notebook, cell), (None, None))
            if key is None:
                new.append({"notebook_id": notebook, "cell_id": cell, "auto_comment": text})
            elif text != before:
                changed.append({"id": key, "auto_comment": text})
    _store(session, Comment, new, changed)


def _ids(submitted: Mapping[str, _Cells]) -> list[str]:
    """Of the instructor's cells."""
    return [cell for cells in submitted.values() for cell, *_ in cells]


def _store(session: Any, kind: Any, new: list[_Row], changed: list[_Row]) -> None:
    if new:
        session.execute(insert(kind), new)
    if changed:
        session.execute(update(kind), changed)


def _grade(verdict: CellVerdict | None, manual_score: float | None) -> _Row:
    if verdict is None:
        return _grade_row(0.0, by_hand=False)
    by_hand = verdict.status is Status.MANUAL
    # As in nbgrader: an answer that a person has marked is looked at again after a regrade.
    again = by_hand or manual_score is not None
    return _grade_row(None if by_hand else verdict.points, by_hand=again)


def _grade_row(auto_score: float | None, by_hand: bool) -> _Row:  # noqa: FBT001 - a column
    return {"auto_score": auto_score, "needs_manual_grade": by_hand}
