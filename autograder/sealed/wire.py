"""Messages of plain data over a stream socket."""

from __future__ import annotations

import select
import socket
import sys
import threading
import time
from collections.abc import Generator
from typing import final

from autograder.sealed import pickled
from autograder.sealed.packing import (
    Closed,
    Plain,
    WireError,
    WireLimits,
    decode,
    encode,
    pack,
    parse,
)

__all__ = ["Channel", "Closed", "Plain", "WireError", "WireLimits", "decode", "encode"]


@final
class Channel:
    """Messages over a connected stream socket.

    Any error in a message breaks the channel: the next use raises `Closed`.

    Args:
        sock: connected, blocking; the channel owns it from now on.
        limits: bounds on every message.
    """

    def __init__(self, sock: socket.socket, limits: WireLimits | None = None) -> None:
        sock.settimeout(None)
        self._sock = sock
        self._limits = limits or WireLimits()
        self._lock = threading.Lock()
        self._pack, self._parse = pack, parse
        self._parser: Generator[bytearray, None, Plain] | None = None
        self._rest = memoryview(b"")
        self._started = False
        self._broken = False

    def fileno(self) -> int:
        """The descriptor, for `select`. No message is ever held back in memory."""
        return self._sock.fileno()

    def send_pickles(self) -> None:
        """From now on send what only a process that obeys this one may read."""
        self._pack = pickled.pack

    def read_pickles(self) -> None:
        """From now on believe the other end in everything."""
        self._parse = pickled.parse

    @property
    def started(self) -> bool:
        """Whether a part of a message has arrived and the rest has not."""
        return self._started

    def close(self) -> None:
        """Close the socket; the other end sees the end of the stream."""
        self._broken = True
        self._sock.close()

    def send(self, message: Plain, *, timeout: float | None = None) -> None:
        """Send one message.

        Args:
            message: plain data.
            timeout: seconds for the whole message.

        Raises:
            Closed: the other end is gone.
            WireError: the message is not plain data or over the bounds (nothing was sent), or it
                was not taken in time (the channel is broken).
        """
        frame = self._pack(message, self._limits)
        with self._lock:
            if self._broken:
                raise Closed("the channel is closed")
            try:
                self._send_all(frame, timeout)
            except (OSError, WireError) as error:
                self._broken = True
                if isinstance(error, WireError):
                    raise
                raise Closed(f"the other end is gone ({error})") from None

    def _send_all(self, frame: list[bytes | memoryview], timeout: float | None) -> None:
        if timeout is None and len(frame) == 1:
            self._sock.sendall(frame[0])
            return
        deadline = None if timeout is None else time.monotonic() + timeout
        flags = 0 if deadline is None else socket.MSG_DONTWAIT
        queue = [memoryview(part) for part in frame]
        while queue:
            try:
                sent = self._sock.sendmsg(queue[:64], [], flags)
            except BlockingIOError:
                if not self._wait(select.POLLOUT, deadline):
                    raise WireError("the other end did not take the message in time") from None
                continue
            while queue and sent >= len(queue[0]):
                sent -= len(queue.pop(0))
            if sent:
                queue[0] = queue[0][sent:]

    def recv(self, timeout: float | None = None) -> Plain:
        """Wait for one message.

        Args:
            timeout: seconds to wait; forever if None.

        Raises:
            TimeoutError: not (yet) a whole message; what has arrived is kept for the next call.
            Closed: the other end is gone.
            WireError: the message is malformed or over the bounds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        done, message = self._advance(deadline, wait=True)
        if not done:
            raise TimeoutError("no message in time")
        return message

    def poll(self) -> tuple[bool, Plain]:
        """Read what has arrived, without waiting.

        Returns:
            `(True, message)`, or `(False, None)` while the message is not whole.

        Raises:
            Closed: the other end is gone.
            WireError: the message is malformed or over the bounds.
        """
        return self._advance(None, wait=False)

    def _advance(self, deadline: float | None, *, wait: bool) -> tuple[bool, Plain]:
        if self._broken:
            raise Closed("the channel is closed")
        try:
            while True:
                if self._parser is None:
                    self._parser = self._parse(self._limits)
                    self._rest = memoryview(next(self._parser))
                if not self._fill(deadline, wait=wait):
                    return False, None
                try:
                    self._rest = memoryview(self._parser.send(None))
                except StopIteration as stop:
                    self._parser = None
                    self._started = False
                    return True, stop.value
        except (WireError, OSError) as error:
            self._broken = True
            if isinstance(error, WireError):
                raise
            raise Closed(f"the other end is gone ({error})") from None

    def _fill(self, deadline: float | None, *, wait: bool) -> bool:
        """Fill the block that the parser waits for; False if that would take too long."""
        rest = self._rest
        blocking = wait and deadline is None
        flags = 0 if blocking else socket.MSG_DONTWAIT
        while rest:
            try:
                size = self._sock.recv_into(rest, 0, flags)
            except BlockingIOError:
                if not wait or not self._wait(select.POLLIN, deadline):
                    self._rest = rest
                    return False
                continue
            if size == 0:
                raise Closed("the other end is gone")
            self._started = True
            rest = rest[size:]
        return True

    def _wait(self, event: int, deadline: float | None) -> bool:
        poller = select.poll()
        poller.register(self._sock, event)
        if deadline is None:
            return bool(poller.poll())
        left = deadline - time.monotonic()
        return left > 0 and bool(poller.poll(min(left * 1000 + 1, sys.maxsize)))
