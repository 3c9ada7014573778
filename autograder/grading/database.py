"""What a database server does that a file does not: go away, come back, and serve two graders."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Any, Final, final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)

from autograder.errors import OperatorError

__all__ = ["DatabaseLock", "is_passing", "reason_of", "shown_url", "unusable"]

_LASTING: Final = ("disk is full", "readonly database", "disk i/o error", "unable to open database")


@final
class DatabaseLock:
    """Keeps a second grader out, even one on another machine with another course folder.

    PostgreSQL gives the lock back when the connection ends. SQLite has no need of one: its file
    lies in the course folder, which is locked.

    Args:
        engine: of the gradebook.
        course_id: the course's id in it.

    Raises:
        OperatorError: another grader has the lock.
    """

    def __init__(self, engine: Engine, course_id: str) -> None:
        self._engine = engine
        state = hashlib.sha256(f"autograder {course_id}".encode()).digest()
        self._number = int.from_bytes(state[:8], "big", signed=True)
        self._connection: Connection | None = None
        self.hold()

    def hold(self) -> None:
        """Take the lock, unless it is held; again when the server was away.

        Raises:
            OperatorError: another grader has it.
            DBAPIError: the server is away.
        """
        if self._engine.dialect.name != "postgresql":
            return
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
                self._connection.commit()
            except DBAPIError:
                self.close()
                raise
            return
        connection = self._engine.connect()
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": self._number})
        if not taken.scalar():
            connection.close()
            raise OperatorError(
                "another grader is at work on this gradebook, perhaps on another machine; two at "
                "once would write over each other. Wait until it is done"
            )
        connection.commit()
        self._connection = connection

    def close(self) -> None:
        """Give the lock back."""
        if self._connection is not None:
            with suppress(DBAPIError):
                # Back in the pool it would go on holding the lock.
                self._connection.invalidate()
            self._connection.close()
            self._connection = None


def is_passing(error: DBAPIError) -> bool:
    """Whether it may help to try again: the server is away, or a file is locked for a while."""
    if error.connection_invalidated:
        return True
    told = str(error.orig).lower()
    return isinstance(error, (OperationalError, InterfaceError)) and not any(
        sign in told for sign in _LASTING
    )


def reason_of(error: BaseException) -> str:
    """The first line of what a database driver says."""
    cause: Any = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


def shown_url(url: str) -> str:
    """A database URL without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url


def unusable(url: str, error: SQLAlchemyError) -> OperatorError:
    """What is said to people when a gradebook cannot be used."""
    return OperatorError(
        f"the gradebook {shown_url(url)} cannot be used: {reason_of(error)}. What was written "
        "stays and what was graded is kept: put it right and run the same command again"
    )
