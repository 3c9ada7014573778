"""Which verdict of each student the gradebook holds, so that equal ones are not written again.

Writing again would ask for another look at every answer that a person has marked.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, final

from autograder.course import Course, check_name

__all__ = ["Entry", "Ledger"]


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """What was written for a student.

    Args:
        key: names the verdict and everything else that was written with it.
        submission: the gradebook's id of the submission; empty if it holds none.
        answers: what a person marks, by `answers_of`.
    """

    key: str
    submission: str
    answers: Mapping[str, str] = field(default_factory=dict)


@final
class Ledger:
    """A file to which a line is added after each transaction.

    Losing it, or its last line, costs nothing but writing the same marks once more.

    Args:
        course: the course.
        assignment: whose submissions.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        name = check_name("an assignment", assignment)
        self._path = course.root / ".autograder" / "written" / f"{name}.jsonl"
        self._entries = _read(self._path)
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._rewrite()
        self._file = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def get(self, student: str) -> Entry | None:
        """What is known to be written for a student."""
        return self._entries.get(student)

    def add(self, student: str, entry: Entry) -> None:
        """Note what was just written.

        Raises:
            OSError: there is no room.
        """
        self._entries[student] = entry
        if self._file is None:
            raise ValueError("the ledger is not open")
        self._file.write(_line(student, entry))
        self._file.flush()

    def _rewrite(self) -> None:
        """One line a student, and no torn one."""
        with tempfile.NamedTemporaryFile(
            "w", dir=self._path.parent, prefix=".new-", delete=False, encoding="utf-8"
        ) as file:
            file.writelines(_line(student, entry) for student, entry in self._entries.items())
        os.replace(file.name, self._path)  # noqa: PTH105 - the name is a string


def _line(student: str, entry: Entry) -> str:
    return json.dumps([student, entry.key, entry.submission, dict(entry.answers)]) + "\n"


def _read(path: Path) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    for line in lines:
        with suppress(ValueError, TypeError, AttributeError):
            student, entry = _entry(json.loads(line))
            entries[student] = entry
    return entries


def _entry(value: Any) -> tuple[str, Entry]:
    student, key, submission, *rest = value
    answers = rest[0] if rest else {}
    texts = (student, key, submission, *answers.keys(), *answers.values())
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("not a line of the ledger")
    return student, Entry(key, submission, answers)
