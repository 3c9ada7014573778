"""What a report is made from: the gradebook, the record of the last batch, what is beside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, final

from sqlalchemy.exc import SQLAlchemyError

from autograder.audit.record import missing
from autograder.audit.record import record_path as audit_path
from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading.database import reason_of, shown_url
from autograder.grading.gradebook import open_gradebook
from autograder.grading.marks import Grades, read_grades
from autograder.grading.record import SubmissionRecord, load_record
from autograder.lateness import Lateness, Rules, assess, load_rules
from autograder.lateness.apply import handed_in
from autograder.mistakes import load_hints
from autograder.similarity import kept_path

__all__ = ["Audited", "Compared", "Sources", "read_sources"]


@final
@dataclass(frozen=True, slots=True)
class Compared:
    """The last comparison of an assignment's submissions.

    Args:
        made: when, UTC.
        document: as `autograder similar --json` writes it.
    """

    made: datetime
    document: Mapping[str, Any]


@final
@dataclass(frozen=True, slots=True)
class Audited:
    """The last audit of an assignment's tests.

    Args:
        document: as its record has it.
        doubt: why it may not hold for the tests as they are now; empty if it does.
    """

    document: Mapping[str, Any]
    doubt: str


@final
@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that is known about a class.

    Args:
        grades: marks of all assignments, cells of the chosen ones.
        chosen: the assignments that are reported in full, by due date.
        lateness: by assignment and student, of who handed in.
        zone: the time zone in which the course gives its times.
        records: of each assignment, by student.
        submitted: who has a `submitted/` folder, by assignment.
        compared: by assignment, where `autograder similar` has run.
        audited: by assignment, where its tests have been audited.
        hints: what is said about recognised mistakes, by assignment and name of the hint.
    """

    grades: Grades
    chosen: tuple[str, ...]
    lateness: Mapping[tuple[str, str], Lateness]
    zone: str
    records: Mapping[str, Mapping[str, SubmissionRecord]]
    submitted: Mapping[str, frozenset[str]]
    compared: Mapping[str, Compared]
    audited: Mapping[str, Audited]
    hints: Mapping[str, Mapping[str, str]]


def read_sources(course: Course, assignment: str | None = None) -> Sources:
    """Read what there is; nothing is written.

    Args:
        course: the course.
        assignment: the one to report in full; all by default.

    Raises:
        OperatorError: nothing was graded yet, or something that was kept is damaged.
    """
    grades = _grades(course, assignment)
    names = [work.name for work in grades.works]
    if not names:
        raise OperatorError("nothing was graded yet: use `autograder grade`")
    if assignment is not None and assignment not in names:
        raise OperatorError(
            f"{assignment!r} is not in the gradebook, which has {', '.join(names)}: "
            "use `autograder grade`"
        )
    chosen = tuple(names if assignment is None else [assignment])
    rules = load_rules(course) or Rules()
    return Sources(
        grades=grades,
        chosen=chosen,
        lateness=_lateness(rules, grades),
        zone=rules.zone,
        records={name: load_record(course, name) for name in names},
        submitted={name: frozenset(course.students(name)) for name in names},
        compared=_existing(chosen, lambda name: _compared(kept_path(course, name))),
        audited=_existing(chosen, lambda name: _audited(course, name)),
        hints={
            name: {
                hint.name: hint.texts.get("en", "") for hint in load_hints(course.variants(name))
            }
            for name in chosen
        },
    )


def _grades(course: Course, assignment: str | None) -> Grades:
    try:
        gradebook = open_gradebook(course)
        try:
            return read_grades(gradebook, cells=True if assignment is None else [assignment])
        finally:
            gradebook.close()
    except SQLAlchemyError as error:
        raise OperatorError(
            f"the gradebook {shown_url(course.db_url)} cannot be read: {reason_of(error)}"
        ) from error


def _lateness(rules: Rules, grades: Grades) -> dict[tuple[str, str], Lateness]:
    due = {work.name: work.duedate for work in grades.works}
    handed: dict[str, dict[str, Any]] = {}
    for (name, student), mark in grades.marks.items():
        handed.setdefault(student, {})[name] = handed_in(
            rules,
            name,
            student,
            due=due[name],
            extension=mark.extension,
            timestamp=mark.timestamp,
        )
    return {
        (name, student): lateness
        for student, entries in handed.items()
        for name, lateness in assess(rules, student, entries).items()
    }


def _existing(names: Sequence[str], read: Any) -> dict[str, Any]:
    return {name: found for name in names if (found := read(name)) is not None}


def _compared(path: Path) -> Compared | None:
    document = _document(path, "autograder similar")
    if document is None:
        return None
    return Compared(datetime.fromtimestamp(path.stat().st_mtime, UTC), document)


def _audited(course: Course, assignment: str) -> Audited | None:
    document = _document(audit_path(course, assignment), "autograder audit")
    if document is None:
        return None
    try:
        return Audited(document, missing(course, assignment))
    except OperatorError as error:
        return Audited(document, str(error))


def _document(path: Path, command: str) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise OperatorError(f"{path} is damaged ({error}). Run `{command}` again") from error
    if not isinstance(document, dict):
        raise OperatorError(f"{path} is damaged. Run `{command}` again")
    return document
