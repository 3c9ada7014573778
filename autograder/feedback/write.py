"""Writes the feedback pages of an assignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, final

from autograder.course import Course
from autograder.errors import NotebookError, OperatorError
from autograder.feedback.language import Language, language_of
from autograder.feedback.marks import NotebookMarks, read_marks
from autograder.feedback.page import Page, render
from autograder.feedback.view import build_page, read_cells
from autograder.folders import replace_folder
from autograder.grading.gradebook import open_gradebook
from autograder.grading.record import SubmissionRecord, load_record
from autograder.grading.verdict import SubmissionStatus
from autograder.lateness import Lateness, apply_policy, explain, load_rules
from autograder.markers import Markers
from autograder.mistakes import load_hints

__all__ = ["FeedbackReport", "Progress", "feedback"]

_NOTE_BYTES = 4096


class Progress(Protocol):
    """Hears how it goes; called from one thread."""

    def started(self, total: int) -> None:
        """The first page is about to be written."""

    def written(self, student: str) -> None:
        """One student is done, pages or none."""


@final
@dataclass(frozen=True, slots=True)
class FeedbackReport:
    """What was written.

    Args:
        assignment: its name.
        pages: the pages by student.
        skipped: why there is no page, by student.
        quarantined: students whose page says why their submission could not be graded.
    """

    assignment: str
    pages: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    quarantined: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class _Known:
    """What is known about an assignment and all its submissions."""

    course: Course
    assignment: str
    notebooks: tuple[str, ...]
    marks: Mapping[str, Mapping[str, NotebookMarks]]
    records: Mapping[str, SubmissionRecord]
    markers: Markers
    lateness: Mapping[str, Lateness]
    zone: str
    language: Language
    hints: Mapping[str, str]


def feedback(
    course: Course,
    assignment: str,
    students: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> FeedbackReport:
    """Write `feedback/<student>/<assignment>/<notebook>.html` from `autograded/` and the gradebook.

    A submission that could not be graded gets a page with the reason.

    Args:
        course: the course.
        assignment: name of the assignment.
        students: for whom; everybody who handed in by default.
        progress: hears how it goes.

    Raises:
        OperatorError: no such assignment, nothing graded yet, or a student who did not hand in.
    """
    known = _gather(course, assignment)
    everybody = sorted({*course.students(assignment), *known.marks, *known.records})
    if missing := sorted(set(students or ()) - set(everybody)):
        raise OperatorError(f"nothing was handed in for {assignment!r} by {', '.join(missing)}")
    chosen = everybody if students is None else sorted(set(students))
    if progress:
        progress.started(len(chosen))
    pages: dict[str, tuple[Path, ...]] = {}
    skipped: dict[str, str] = {}
    for student in chosen:
        try:
            pages[student] = _write(known, student)
        except NotebookError as error:
            skipped[student] = str(error)
        if progress:
            progress.written(student)
    quarantined = tuple(
        student
        for student in pages
        if (record := known.records.get(student)) is not None
        and record.status is SubmissionStatus.QUARANTINED
    )
    return FeedbackReport(assignment, pages, skipped, quarantined)


def _gather(course: Course, assignment: str) -> _Known:
    folder = course.source(assignment)
    if not folder.is_dir():
        known = ", ".join(course.assignments()) or "none"
        raise OperatorError(f"there is no assignment {assignment!r} (assignments: {known})")
    rules = load_rules(course)
    gradebook = open_gradebook(course)
    try:
        # A person may have changed a score since, of which a penalty takes its share.
        deductions = apply_policy(course, gradebook)
        marks = read_marks(gradebook, assignment)
    finally:
        gradebook.close()
    records = load_record(course, assignment)
    if not marks and not records:
        raise OperatorError(
            f"nothing is graded for {assignment!r} yet. Run `autograder grade {assignment}`"
        )
    language = language_of(course.config)
    return _Known(
        course=course,
        assignment=assignment,
        notebooks=tuple(path.stem for path in sorted(folder.glob("*.ipynb"))),
        marks=marks,
        records=records,
        markers=Markers.of(course.config),
        lateness={
            deduction.student: deduction.lateness
            for deduction in deductions
            if deduction.lateness.assignment == assignment
        },
        zone=rules.zone if rules else "UTC",
        language=language,
        hints={
            hint.name: hint.texts[language.name] for hint in load_hints(course.variants(assignment))
        },
    )


def _write(known: _Known, student: str) -> tuple[Path, ...]:
    course, assignment = known.course, known.assignment
    autograded = course.step("autograded", student, assignment)
    pages = {
        f"{page.notebook}.html": render(page, known.language)
        for page in _pages(known, student, autograded)
    }
    target = course.step("feedback", student, assignment)
    submitted = course.step("submitted", student, assignment)
    replace_folder(target, pages | _for_the_exchange(autograded, submitted))
    return tuple(target / name for name in pages)


def _for_the_exchange(*folders: Path) -> dict[str, bytes]:
    """What nbgrader must find beside the pages to release them to whoever handed in.

    The first tells whether they are up to date, the second what they are called in the exchange.
    """
    files = {}
    for name in ("timestamp.txt", "submission_secret.txt"):
        for path in (folder / name for folder in folders):
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= _NOTE_BYTES:
                files[name] = path.read_bytes()
                break
    return files


def _pages(known: _Known, student: str, autograded: Path) -> list[Page]:
    record = known.records.get(student)
    notice = ""
    if record and record.status is SubmissionStatus.QUARANTINED:
        notice = _quarantine_notice(known.course, record)
    marks = known.marks.get(student, {})
    present = [name for name in known.notebooks if (autograded / f"{name}.ipynb").is_file()]
    if present and notice and marks:
        notice += "\n\nBelow is the feedback on what you handed in before."
    if not present and not notice:
        raise NotebookError(
            f"{known.assignment} of {student}",
            "it is not graded yet",
            f"Run `autograder grade {known.assignment}`",
        )
    if not present:
        return [Page(known.assignment, name, student, notice=notice) for name in known.notebooks]
    return [
        build_page(
            assignment=known.assignment,
            notebook=name,
            student=student,
            cells=read_cells(
                (autograded / f"{name}.ipynb").read_bytes(), f"{autograded / name}.ipynb"
            ),
            marks=marks.get(name, NotebookMarks()),
            record=None if notice else record,
            markers=known.markers,
            others=[other for other in present if other != name],
            notice=notice,
            hints=known.hints,
            lateness=_lateness(known, student, marks.get(name, NotebookMarks()).late_penalty),
        )
        for name in present
    ]


def _lateness(known: _Known, student: str, points: float) -> list[str]:
    lateness = known.lateness.get(student)
    return explain(lateness, points=points, zone=known.zone) if lateness else []


def _quarantine_notice(course: Course, record: SubmissionRecord) -> str:
    reason = record.reason.replace(f"{course.root}/", "")
    return f"Your submission could not be graded.\n{reason}"
