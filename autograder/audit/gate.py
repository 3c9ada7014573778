"""Whether an assignment may be released: only with a fresh audit that it passed."""

from __future__ import annotations

from datetime import UTC, datetime

from autograder.audit.record import missing
from autograder.course import Course
from autograder.errors import OperatorError

__all__ = ["require_audit"]


def require_audit(course: Course, assignment: str, *, waived: bool = False) -> str:
    """Refuse an assignment whose audit is missing, out of date or failed.

    Args:
        course: the course.
        assignment: name of the assignment.
        waived: let it pass all the same, and write that to `.autograder/release.log`.

    Returns:
        What was waived, in words; empty if nothing had to be.

    Raises:
        OperatorError: it may not be released; the text says why and what to do.
    """
    reason = missing(course, assignment)
    if not reason:
        return ""
    if not waived:
        raise OperatorError(f"{reason}, or release it with --no-audit, which is logged")
    log = course.root / ".autograder" / "release.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        file.write(f"{now} {assignment} released with --no-audit: {reason}\n")
    return reason
