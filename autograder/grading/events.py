"""What happens while a class is graded, for whoever watches, and as lines of JSON."""

from __future__ import annotations

import json
import os
import socket
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Protocol, Self, final

from autograder.course import Course
from autograder.grading.verdict import Verdict

__all__ = ["SCHEMA", "EventLog", "Observers", "Progress", "default_log_path"]

SCHEMA: Final = 1


class Progress(Protocol):
    """Hears how a batch goes; called from one thread."""

    def started(self, total: int) -> None:
        """The batch begins."""

    def running(self, student: str) -> None:
        """A submission is being graded now."""

    def graded(self, student: str, verdict: Verdict, *, cached: bool) -> None:
        """One submission is done and written; cached, if it was graded in an earlier run."""

    def notice(self, message: str) -> None:
        """Something keeps the batch waiting, or no longer does."""


def default_log_path(course: Course, assignment: str) -> Path:
    """A new file's name below the course."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return course.root / ".autograder" / "log" / f"{assignment}-{now}.jsonl"


@final
class EventLog:
    """Appends one JSON object a line; `docs/operations.md` has the schema.

    A disk without room costs the log and not the batch.

    Args:
        path: the file; None for no log.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        if self.path is not None:
            with suppress(OSError):
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self.path.open("a", encoding="utf-8", buffering=1)
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

    def write(self, event: str, **fields: Any) -> None:
        """Add an event with the time."""
        if self._file is None:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, **fields}, allow_nan=False)
        with suppress(OSError):
            self._file.write(line + "\n")


@final
class Observers:
    """Tells the progress display and the log; neither can stop a batch.

    Args:
        progress: what people watch, if anybody does.
        log: where events are kept.
    """

    def __init__(self, progress: Progress | None, log: EventLog) -> None:
        self._progress = progress
        self._log = log

    def started(self, assignment: str, total: int, **how: Any) -> None:
        """The batch begins."""
        self._log.write(
            "started",
            schema=SCHEMA,
            assignment=assignment,
            total=total,
            process=os.getpid(),
            host=socket.gethostname(),
            **how,
        )
        if self._progress:
            # The terminal may have been closed meanwhile.
            with suppress(OSError):
                self._progress.started(total)

    def running(self, student: str) -> None:
        """A submission is being graded now."""
        self._log.write("running", student=student)
        if self._progress:
            with suppress(OSError):
                self._progress.running(student)

    def graded(self, student: str, verdict: Verdict, *, cached: bool, written: bool) -> None:
        """One submission is done."""
        self._log.write(
            "graded",
            student=student,
            status=str(verdict.status),
            score=verdict.score,
            max_score=verdict.max_score,
            seconds=round(verdict.seconds, 4),
            engine=verdict.engine,
            cached=cached,
            written=written,
            cells=dict(Counter(str(cell.status) for cell in verdict.cells)),
            reason=verdict.reason,
        )
        if self._progress:
            with suppress(OSError):
                self._progress.graded(student, verdict, cached=cached)

    def notice(self, message: str) -> None:
        """Something keeps the batch waiting, or no longer does."""
        self._log.write("notice", message=message)
        if self._progress:
            with suppress(OSError):
                self._progress.notice(message)

    def ended(self, how: str, **counts: Any) -> None:
        """The batch is over: `finished`, `stopped` or `failed`."""
        self._log.write("ended", how=how, **counts)
