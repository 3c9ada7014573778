"""Terminals, which may be closed while a command is at work."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys

__all__ = ["Screen", "leave_terminal", "outlive_terminal"]


class Screen(io.TextIOWrapper):
    """A terminal as a stream; what nobody can read any more is dropped.

    Between the end of a terminal and the signal that tells of it, whatever writes would fail.
    """

    def write(self, text: str, /) -> int:
        """Write, if somebody reads."""
        try:
            return super().write(text)
        except OSError as error:
            _expect_gone(error)
            return len(text)

    def flush(self) -> None:
        """Flush, if somebody reads."""
        try:
            super().flush()
        except OSError as error:
            _expect_gone(error)


def outlive_terminal() -> None:
    """Let standard output and error of this process go on without their terminal."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and stream.isatty():
            screen = Screen(
                stream.buffer, encoding=stream.encoding, errors="replace", line_buffering=True
            )
            setattr(sys, name, screen)


def leave_terminal() -> None:
    """Nobody reads any more, and writing to a closed terminal fails."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        # A closed terminal does not say any more that it is one.
        if stat.S_ISCHR(os.fstat(descriptor).st_mode):
            os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _expect_gone(error: OSError) -> None:
    if error.errno != errno.EIO:
        raise error
    leave_terminal()
