"""Grades everything that was handed in for one assignment."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, final

from nbgrader.utils import parse_utc

from autograder.assignment import Assignment, load_assignment, read_files
from autograder.course import Course
from autograder.errors import AutograderError, OperatorError
from autograder.grading.grade import Submission, grade, merge_files
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.policy import Policy
from autograder.grading.pool import EngineFactory, EnginePool
from autograder.grading.record import save_record
from autograder.grading.sealing import seal
from autograder.grading.verdict import SCHEMA, SubmissionStatus, Verdict
from autograder.sealed.model import Engine

__all__ = ["BatchReport", "Progress", "grade_assignment"]


class Progress(Protocol):
    """Hears how a batch goes; called from one thread."""

    def started(self, total: int) -> None:
        """The batch begins."""

    def graded(self, student: str, verdict: Verdict) -> None:
        """One submission is done and written."""


@final
@dataclass(frozen=True, slots=True)
class BatchReport:
    """What grading an assignment gave.

    Args:
        assignment: its name.
        verdicts: by student id, sorted.
    """

    assignment: str
    verdicts: dict[str, Verdict]

    @property
    def quarantined(self) -> list[str]:
        """Students whose submission could not be graded."""
        return [
            student
            for student, verdict in self.verdicts.items()
            if verdict.status is SubmissionStatus.QUARANTINED
        ]

    def to_json(self) -> dict[str, Any]:
        """The contract of `autograder grade --json`."""
        return {
            "schema": SCHEMA,
            "assignment": self.assignment,
            "submissions": [verdict.to_json(student) for student, verdict in self.verdicts.items()],
        }


def grade_assignment(
    course: Course,
    assignment: str,
    *,
    engine: EngineFactory,
    students: Sequence[str] | None = None,
    policy: Policy | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> BatchReport:
    """Grade `submitted/*/<assignment>/`, write `autograded/` and the gradebook.

    Args:
        course: the course.
        assignment: name of the assignment.
        engine: makes the engine of one worker.
        students: whom to grade; everybody who handed in by default.
        policy: bounds; `Policy()` by default.
        workers: how many submissions at once; the number of cores by default.
        progress: hears how it goes.

    Raises:
        OperatorError: no such assignment, nothing handed in, or a student who did not.
        NotebookError: the instructor's notebook is not in order.
    """
    loaded = load_assignment(course, assignment)
    chosen = _choose(course, assignment, students)
    policy = policy or Policy()
    if progress:
        progress.started(len(chosen))
    verdicts: dict[str, Verdict] = {}
    try:
        with GradebookWriter(course, loaded) as writer:
            for student, verdict in _verdicts(course, loaded, chosen, policy, engine, workers):
                folder = course.step("submitted", student, assignment)
                _write_autograded(course, loaded, student, verdict, policy)
                writer.write(student, verdict, _timestamp(folder))
                verdicts[student] = verdict
                if progress:
                    progress.graded(student, verdict)
    finally:
        report = BatchReport(assignment, dict(sorted(verdicts.items())))
        save_record(course, report.to_json())
    return report


def _choose(course: Course, assignment: str, students: Sequence[str] | None) -> list[str]:
    present = course.students(assignment)
    if students is None:
        if not present:
            raise OperatorError(
                f"nothing was handed in for {assignment!r}: "
                f"{course.step('submitted', '<student>', assignment)} does not exist for anybody. "
                "Use `autograder collect`"
            )
        return present
    if missing := sorted(set(students) - set(present)):
        raise OperatorError(f"nothing was handed in for {assignment!r} by {', '.join(missing)}")
    return sorted(set(students))


def _verdicts(
    course: Course,
    assignment: Assignment,
    students: Sequence[str],
    policy: Policy,
    factory: EngineFactory,
    workers: int | None,
) -> Iterator[tuple[str, Verdict]]:
    """Verdicts as they come."""
    with EnginePool(factory, min(workers or os.cpu_count() or 1, len(students))) as pool:
        sealed = pool.run(lambda engine: seal(assignment, engine, policy.limits))

        def work(student: str, engine: Engine) -> Verdict:
            return _grade_one(course, sealed, student, policy, engine)

        yield from pool.map(work, students)


def _grade_one(
    course: Course, assignment: Assignment, student: str, policy: Policy, engine: Engine
) -> Verdict:
    folder = course.step("submitted", student, assignment.name)
    try:
        submission = _read_submission(course, folder, policy)
    except (OSError, AutograderError) as error:
        return Verdict(
            assignment=assignment.name,
            status=SubmissionStatus.QUARANTINED,
            reason=f"{folder} cannot be read: {error}",
        )
    return grade(assignment, submission, policy, engine)


def _read_submission(course: Course, folder: Path, policy: Policy) -> Submission:
    notebooks = {
        path.stem: path.read_bytes()
        for path in sorted(folder.glob("*.ipynb"))
        if path.is_file() and not path.is_symlink()
    }
    files = read_files(folder, ignore=course.coursedir.ignore, max_bytes=policy.file_bytes)
    files.pop("timestamp.txt", None)
    return Submission(notebooks=notebooks, files=files)


def _timestamp(folder: Path) -> datetime | None:
    """When it was handed in, from nbgrader's `timestamp.txt`; None if it says nothing usable."""
    try:
        text = (folder / "timestamp.txt").read_text(encoding="utf-8").strip()
        stamp = parse_utc(text) if text else None
    except (OSError, ValueError, OverflowError):
        return None
    return stamp if isinstance(stamp, datetime) else None


def _write_autograded(
    course: Course, assignment: Assignment, student: str, verdict: Verdict, policy: Policy
) -> None:
    """Replace `autograded/<student>/<assignment>/` in one step."""
    if verdict.status is not SubmissionStatus.GRADED:
        return
    submitted = course.step("submitted", student, assignment.name)
    files = merge_files(_read_submission(course, submitted, policy).files, assignment.files)
    target = course.step("autograded", student, assignment.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".autograder-") as scratch:
        new = Path(scratch, "new")
        new.mkdir()
        for path, data in files.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(data)
        for name, data in verdict.notebooks.items():
            (new / f"{name}.ipynb").write_bytes(data)
        stamp = submitted / "timestamp.txt"
        if stamp.is_file() and not stamp.is_symlink():
            shutil.copyfile(stamp, new / "timestamp.txt")
        if target.exists():
            target.rename(Path(scratch, "old"))
        new.rename(target)
