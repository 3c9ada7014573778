"""An append-only log in which nothing can be changed or taken out without a trace.

Each line of `.autograder/trail.jsonl` is a JSON object that holds the SHA-256 of the line before.
Whoever changes a line has to rewrite all that follow; a copy of the last line's hash, kept
elsewhere, shows even that. Only the torn last line of a run that was killed is left out.
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, final

from autograder.course import Course
from autograder.errors import OperatorError

__all__ = ["Entry", "Trail", "TrailDamageError", "read_trail", "trail_path"]

_FIRST = "0" * 64
_TAIL_BYTES = 1 << 14
_OWN = frozenset({"time", "who", "action", "before"})


class TrailDamageError(OperatorError):
    """The log is not as it was written; the text says from where on."""


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    Args:
        time: when, UTC, ISO 8601.
        who: the account on the machine.
        action: what was done, such as `graded`.
        facts: everything else.
    """

    time: str
    who: str
    action: str
    facts: Mapping[str, Any]


def trail_path(course: Course) -> Path:
    """Where the log of a course lies."""
    return course.root / ".autograder" / "trail.jsonl"


@final
class Trail:
    """Adds lines to the log of a course; several processes may do so at once.

    Args:
        course: the course.
    """

    def __init__(self, course: Course) -> None:
        self._path = trail_path(course)

    def add(self, action: str, **facts: Any) -> None:
        """Add one line; it outlives this process, and the machine after `sync`.

        Raises:
            OperatorError: it cannot be written.
        """
        self.add_all([(action, facts)], sync=False)

    def sync(self) -> None:
        """Wait until the disk has what was added."""
        with suppress(OSError), self._path.open("rb") as file:
            os.fsync(file.fileno())

    def add_all(self, entries: list[tuple[str, Mapping[str, Any]]], *, sync: bool = True) -> None:
        """Add lines, all of them or none.

        Args:
            entries: (action, facts) each.
            sync: wait until the disk has them.

        Raises:
            OperatorError: they cannot be written.
        """
        if not entries:
            return
        if taken := _OWN & {name for _, facts in entries for name in facts}:
            raise ValueError(f"the log itself says {', '.join(sorted(taken))}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Without a buffer: closing the file would write the rest of what failed.
            with self._path.open("ab+", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                before, ended = _last_hash(file)
                now = datetime.now(UTC).isoformat(timespec="milliseconds")
                lines = [] if ended else [b"\n"]
                for action, facts in entries:
                    body = {"time": now, "who": _account(), "action": action, **facts}
                    line = json.dumps({**body, "before": before}, allow_nan=False).encode()
                    before = hashlib.sha256(line).hexdigest()
                    lines.append(line + b"\n")
                _append(file, b"".join(lines), sync=sync)
        except OSError as error:
            raise OperatorError(
                f"{self._path} cannot be written: {error.strerror}. What is done to marks has to "
                "be on record: make room, or give the right to write, and go on"
            ) from error


def read_trail(course: Course) -> list[Entry]:
    """All lines, in order.

    Raises:
        TrailDamageError: a line was changed, added or taken out.
    """
    path = trail_path(course)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}") from error
    entries = []
    before = _FIRST
    lines = data.split(b"\n")
    lines.pop()  # empty, or what a run that was killed did not finish
    for number, line in enumerate(lines, start=1):
        try:
            document = json.loads(line)
            said = document.pop("before")
            entry = Entry(
                document.pop("time"), document.pop("who"), document.pop("action"), document
            )
        except (ValueError, KeyError, AttributeError, TypeError):
            # A run that was killed left half a line; the next one began a new line after it.
            before = hashlib.sha256(line).hexdigest()
            continue
        if said != before:
            raise TrailDamageError(
                f"{path}, line {number}: it does not follow from the line before it. Somebody "
                "changed the log, or took a line out"
            )
        before = hashlib.sha256(line).hexdigest()
        entries.append(entry)
    return entries


def _append(file: IO[bytes], data: bytes, *, sync: bool) -> None:
    """Write all of it at the end, or leave the file as it was."""
    size = file.seek(0, os.SEEK_END)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
        if sync:
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            file.truncate(size)
        raise


def _last_hash(file: IO[bytes]) -> tuple[str, bool]:
    """SHA-256 of the last line, and whether that line is complete."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return _FIRST, True
    start = max(0, size - _TAIL_BYTES)
    while True:
        file.seek(start)
        tail = file.read(size - start)
        ended = tail.endswith(b"\n")
        end = len(tail) - ended
        begin = tail.rfind(b"\n", 0, end)
        if begin >= 0 or start == 0:
            return hashlib.sha256(tail[begin + 1 : end]).hexdigest(), ended
        start = max(0, start - (size - start))


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
