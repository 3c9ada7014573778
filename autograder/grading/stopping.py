"""Stops a batch at a good moment when somebody asks for it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, final

from autograder.terminal import leave_terminal

__all__ = ["Stop", "stop_on_signals"]

_GRACE_SECONDS: Final = 30.0


@final
class Stop:
    """Whether somebody wants the batch to end.

    Args:
        grace_seconds: how long submissions that are being graded may go on after that.
    """

    def __init__(self, grace_seconds: float = _GRACE_SECONDS) -> None:
        self.signal: signal.Signals | None = None
        """The signal that asked for it, if one did."""
        self._grace_seconds = grace_seconds
        self._latest: float | None = None
        self._heard: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Begin nothing new."""
        return self._latest is not None

    @property
    def overdue(self) -> bool:
        """Leave also what is being graded; it will be graded again."""
        return self._latest is not None and time.monotonic() >= self._latest

    def request(self, by: signal.Signals | None = None) -> None:
        """Ask for the end."""
        if self._latest is None:
            self.signal = by
            self._latest = time.monotonic() + self._grace_seconds
        for hear in self._heard:
            hear()

    def on_request(self, hear: Callable[[], None]) -> None:
        """Call something when it is asked for; from a signal handler, perhaps."""
        self._heard.append(hear)


@contextmanager
def stop_on_signals(say: Callable[[str], None]) -> Iterator[Stop]:
    """Turn Ctrl-C, SIGTERM and a closed terminal into a request; a second one ends at once.

    Args:
        say: prints a line for people.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.requested:
            raise KeyboardInterrupt
        stop.request(signal.Signals(number))
        if number == signal.SIGHUP:
            leave_terminal()
        try:
            say(
                "stopping: what is being graded now is finished and written. "
                "Ctrl-C again stops at once"
            )
        except (OSError, RuntimeError):
            return  # the terminal is gone, or was being written to

    before: dict[signal.Signals, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Who started this with nohup wants it to go on.
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handle)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
