"""What the last batch said about each submission, kept in the course for feedback and reports.

nbgrader's gradebook has no place for messages, repairs and quarantine reasons.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

from autograder.course import Course, check_name
from autograder.errors import OperatorError
from autograder.grading.verdict import SCHEMA, Repair, Status, SubmissionStatus, Verdict

__all__ = [
    "CellRecord",
    "Recorder",
    "SubmissionRecord",
    "diagnoses",
    "load_record",
    "record_path",
]

_SAVE_SECONDS: Final = 20.0


@final
@dataclass(frozen=True, slots=True)
class CellRecord:
    """What grading said about one cell.

    Args:
        status: how it ended.
        points: earned automatically.
        message: for the student.
        diagnosis: name of the hint for the mistake that was recognised.
        carried: solution cells in whose place the reference's earned the points.
        cpu_seconds: CPU time used.
        peak_bytes: the most private memory used, 0 where unknown.
    """

    status: Status
    points: float
    message: str
    diagnosis: str = ""
    carried: tuple[str, ...] = ()
    cpu_seconds: float = 0.0
    peak_bytes: int = 0


@final
@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """What grading said about one submission.

    Args:
        status: graded or quarantined.
        reason: why it is quarantined.
        repairs: what was put right.
        cells: by notebook and grade id.
        seconds: wall time that grading took.
    """

    status: SubmissionStatus
    reason: str
    repairs: tuple[Repair, ...]
    cells: Mapping[tuple[str, str], CellRecord]
    seconds: float = 0.0


def record_path(course: Course, assignment: str) -> Path:
    """Where the record of an assignment lies."""
    return course.root / ".autograder" / f"{check_name('an assignment', assignment)}.json"


@final
class Recorder:
    """Writes the record of an assignment while a class is graded; other students' entries stay.

    Args:
        course: the course.
        assignment: name of the assignment.

    Raises:
        OperatorError: there is a record, and it is damaged.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self._assignment = assignment
        self._path = record_path(course, assignment)
        found = _read(self._path) if self._path.exists() else {}
        # Packed: as objects, those of a very large class would fill the memory.
        self._entries = {student: _packed(entry) for student, entry in found.items()}
        self._next_save = time.monotonic() + _SAVE_SECONDS

    def add(self, student: str, verdict: Verdict) -> None:
        """Remember a verdict, and write from time to time."""
        self._entries[student] = _packed(verdict.to_json(student))
        start = time.monotonic()
        if start >= self._next_save:
            self.save()
            now = time.monotonic()
            # A record of a hundred thousand takes long to write.
            self._next_save = now + max(_SAVE_SECONDS, 30 * (now - start))

    def save(self) -> None:
        """Write the file; readers see the old one or the new one.

        Raises:
            OperatorError: there is no room.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _replace_file(self._path, self._lines())
        except OSError as error:
            raise OperatorError(
                f"{self._path} cannot be written: {error}. Make room and run the same command again"
            ) from error

    def _lines(self) -> Iterator[bytes]:
        """A JSON document with one submission a line."""
        head = f'"schema": {json.dumps(SCHEMA)}, "assignment": {json.dumps(self._assignment)}'
        yield f'{{{head}, "submissions": ['.encode()
        for number, student in enumerate(sorted(self._entries)):
            yield (b",\n" if number else b"\n") + zlib.decompress(self._entries[student])
        yield b"\n]}\n"


def _packed(entry: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(entry, allow_nan=False).encode("ascii"), 1)


def _replace_file(path: Path, parts: Iterable[bytes]) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".record-")
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.writelines(parts)
        os.replace(name, path)  # noqa: PTH105 - atomic, and the name is a string
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - the name is a string
        raise


def load_record(course: Course, assignment: str) -> dict[str, SubmissionRecord]:
    """What is known about each student's submission; empty if nothing was graded yet.

    Raises:
        OperatorError: the file is damaged.
    """
    path = record_path(course, assignment)
    if not path.exists():
        return {}
    try:
        return {student: _submission(entry) for student, entry in _read(path).items()}
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error


def diagnoses(records: Mapping[str, SubmissionRecord]) -> dict[tuple[str, str], Counter[str]]:
    """How often which mistake was recognised, by notebook and grade id of the test.

    Args:
        records: as `load_record` gives them.
    """
    counts: dict[tuple[str, str], Counter[str]] = {}
    for record in records.values():
        for place, cell in record.cells.items():
            if cell.diagnosis:
                counts.setdefault(place, Counter())[cell.diagnosis] += 1
    return counts


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """The entries by student."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        schema, submissions = document["schema"], list(document["submissions"])
        found = {entry["student"]: entry for entry in submissions} if schema == SCHEMA else {}
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error
    if schema != SCHEMA:
        raise OperatorError(
            f"{path} was written by another version of this program (schema {schema!r}). Remove "
            "it and grade again"
        )
    return found


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
                status=Status(cell["status"]),
                points=float(cell["points"]),
                message=str(cell["message"]),
                diagnosis=str(cell.get("diagnosis", "")),
                carried=tuple(map(str, cell.get("carried", ()))),
                cpu_seconds=float(cell.get("cpu_seconds", 0)),
                peak_bytes=int(cell.get("peak_bytes", 0)),
            )
            for cell in entry["cells"]
        },
        seconds=float(entry.get("seconds", 0)),
    )
