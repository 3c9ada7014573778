"""One grader of a course at a time."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from autograder.course import Course
from autograder.errors import OperatorError

__all__ = ["course_lock"]


@contextmanager
def course_lock(course: Course, what: str) -> Iterator[None]:
    """Hold the course, so that no other grader writes its marks and folders meanwhile.

    The system gives the lock back when its holder ends, however it ends.

    Args:
        course: the course.
        what: what is being done, for whoever has to wait.

    Raises:
        OperatorError: somebody else holds it; the text says who.
    """
    path = course.root / ".autograder" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise OperatorError(
                f"{_holder(file.read())} is at work on this course; two graders at once would "
                "write over each other. Wait until it is done, or stop it with Ctrl-C"
            ) from None
        file.truncate(0)
        json.dump(
            {
                "what": what,
                "process": os.getpid(),
                "host": socket.gethostname(),
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            file,
        )
        file.flush()
        yield


def _holder(text: str) -> str:
    try:
        known: dict[str, Any] = json.loads(text)
        return (
            f"`{known['what']}` (process {known['process']} on {known['host']}, "
            f"since {known['since']})"
        )
    except (ValueError, KeyError, TypeError):
        return "another grader"
