"""What the last batch said about each submission, kept in the course for feedback and reports.

nbgrader's gradebook has no place for messages, repairs and quarantine reasons.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from autograder.course import Course, check_name
from autograder.errors import OperatorError
from autograder.grading.verdict import SCHEMA, Repair, Status, SubmissionStatus

__all__ = ["CellRecord", "SubmissionRecord", "load_record", "record_path", "save_record"]


@final
@dataclass(frozen=True, slots=True)
class CellRecord:
    """What grading said about one cell."""

    status: Status
    points: float
    message: str


@final
@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """What grading said about one submission.

    Args:
        status: graded or quarantined.
        reason: why it is quarantined.
        repairs: what was put right.
        cells: by notebook and grade id.
    """

    status: SubmissionStatus
    reason: str
    repairs: tuple[Repair, ...]
    cells: Mapping[tuple[str, str], CellRecord]


def record_path(course: Course, assignment: str) -> Path:
    """Where the record of an assignment lies."""
    return course.root / ".autograder" / f"{check_name('an assignment', assignment)}.json"


def save_record(course: Course, report: Mapping[str, Any]) -> None:
    """Keep a report in the form of `BatchReport.to_json`; other students' entries stay."""
    path = record_path(course, report["assignment"])
    entries = {entry["student"]: entry for entry in _read(path)} if path.exists() else {}
    entries |= {entry["student"]: entry for entry in report["submissions"]}
    document = {**report, "submissions": [entries[student] for student in sorted(entries)]}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=".record-", delete=False, encoding="utf-8"
    ) as file:
        json.dump(document, file, ensure_ascii=True, indent=1, allow_nan=False)
        file.write("\n")
    os.replace(file.name, path)  # noqa: PTH105 - atomic, and the name is a string


def load_record(course: Course, assignment: str) -> dict[str, SubmissionRecord]:
    """What is known about each student's submission; empty if nothing was graded yet.

    Raises:
        OperatorError: the file is damaged.
    """
    path = record_path(course, assignment)
    if not path.exists():
        return {}
    try:
        return {entry["student"]: _submission(entry) for entry in _read(path)}
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        schema, submissions = document["schema"], list(document["submissions"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error
    if schema != SCHEMA:
        raise OperatorError(
            f"{path} was written by another version of this program (schema {schema!r}). Remove "
            "it and grade again"
        )
    return submissions


def _damaged(path: Path, error: Exception) -> OperatorError:
    return OperatorError(
        f"{path} is damaged ({type(error).__name__}: {error}). Remove it and grade again"
    )


def _submission(entry: Mapping[str, Any]) -> SubmissionRecord:
    return SubmissionRecord(
        status=SubmissionStatus(entry["status"]),
        reason=str(entry["reason"]),
        repairs=tuple(
            Repair(str(repair["notebook"]), str(repair["grade_id"]), str(repair["what"]))
            for repair in entry["repairs"]
        ),
        cells={
            (cell["notebook"], cell["grade_id"]): CellRecord(
                Status(cell["status"]), float(cell["points"]), str(cell["message"])
            )
            for cell in entry["cells"]
        },
    )
