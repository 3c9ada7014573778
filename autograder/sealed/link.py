"""Requests and answers between the judge and the student process, both ways over one channel.

Everything is synchronous: while one side waits for an answer it serves the other's requests, so
answers come in the reverse order of their requests. Whatever else comes breaks the link.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, final

from autograder.sealed.wire import Channel, Closed, Plain, WireError

__all__ = ["Answer", "BridgeError", "Exports", "Lease", "Link"]

_MAX_DEPTH: Final = 24
_MAX_EXPORTS: Final = 100_000


class BridgeError(Exception):
    """Something cannot cross between the two processes, or the other one broke the rules.

    It is no built-in type on purpose: a test that expects a `TypeError` must not take it for one.
    """


@final
@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the form of a value, or of an error if not `ok`, and what is beside it."""

    ok: bool
    payload: Plain
    extras: Plain


@final
class Link:
    """One side of the conversation.

    Args:
        channel: to the other process.
        serve: answers one request of the other side: `(operation, payload, extras)`. It must not
            raise anything but `WireError` for a malformed request.
    """

    def __init__(self, channel: Channel, serve: Callable[[str, Plain, Plain], Answer]) -> None:
        self.channel = channel
        self.broken: str | None = None
        self.depth = 0
        self._serve = serve
        self._requests = 0

    def ask(self, operation: str, payload: Plain, extras: Plain = None) -> Answer:
        """Send a request and wait for its answer, serving the other side meanwhile.

        Raises:
            BridgeError: the link is (now) broken, or calls are nested too deeply.
            WireError: `payload` cannot be sent.
        """
        if self.broken is not None:
            raise BridgeError(self.broken)
        if self.depth >= _MAX_DEPTH:
            raise BridgeError("calls back and forth between test and submission nest too deeply")
        self._requests += 1
        number = self._requests
        try:
            self.channel.send(("q", number, operation, payload, extras))
        except Closed:
            raise self.fail("the process of the submission has ended") from None
        self.depth += 1
        try:
            while True:
                match self.channel.recv():
                    case ("a", int() as known, bool() as ok, result, beside) if known == number:
                        return Answer(ok, result, beside)
                    case ("q", int() as asked, str() as what, wanted, beside):
                        self._respond(asked, what, wanted, beside)
                    case _:
                        raise self.fail("the process of the submission answered what nobody asked")
        except Closed:
            raise self.fail("the process of the submission ended while the test ran") from None
        except WireError as error:
            raise self.fail(f"the process of the submission sent nonsense: {error}") from None
        finally:
            self.depth -= 1

    def fail(self, reason: str) -> BridgeError:
        """Break the link for good; returns the error to raise."""
        if self.broken is None:
            self.broken = reason
        self.channel.close()
        return BridgeError(self.broken)

    def serve_next(self) -> None:
        """Wait for one request of the other side and answer it.

        Raises:
            WireError: the other side is gone, or sent anything else.
        """
        match self.channel.recv():
            case ("q", int() as asked, str() as what, wanted, beside):
                self._respond(asked, what, wanted, beside)
            case _:
                raise WireError("not a request")

    def _respond(self, number: int, operation: str, payload: Plain, extras: Plain) -> None:
        try:
            answer = self._serve(operation, payload, extras)
        except WireError:
            raise
        except BaseException:
            # Otherwise the other side would wait for its answer for ever.
            self.fail("a request of the submission could not be answered")
            raise
        try:
            self.channel.send(("a", number, answer.ok, answer.payload, answer.extras))
        except Closed:
            raise
        except WireError as error:
            self.channel.send(("a", number, False, ("bridge", str(error)), None))


@final
class Exports:
    """Objects of this process that the other side holds handles to."""

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._keys: dict[int, int] = {}
        self._counts: dict[int, int] = {}
        self._next = 1

    def add(self, value: object) -> tuple[int, bool]:
        """The key of `value` and whether it is new. Each call is one lease that must be dropped."""
        key = self._keys.get(id(value))
        if key is not None:
            self._counts[key] += 1
            return key, False
        if len(self._objects) >= _MAX_EXPORTS:
            raise BridgeError("too many objects are shared between test and submission")
        key = self._next
        self._next += 1
        self._objects[key] = value
        self._keys[id(value)] = key
        self._counts[key] = 1
        return key, True

    def get(self, key: Plain) -> Any:
        """The object of a key that was given out and is still leased.

        Raises:
            WireError: it never was, or is no more.
        """
        if type(key) is not int or key not in self._objects:
            raise WireError("a handle that was not given out")
        return self._objects[key]

    def drop(self, leases: Plain) -> None:
        """Give back leases, as `(key, count)` pairs."""
        if type(leases) is not list:
            raise WireError("malformed leases")
        for lease in leases:
            match lease:
                case (int() as key, int() as count):
                    self._drop(key, count)
                case _:
                    raise WireError("malformed lease")

    def _drop(self, key: int, count: int) -> None:
        if key not in self._counts:
            return
        self._counts[key] -= count
        if self._counts[key] <= 0:
            value = self._objects.pop(key)
            del self._counts[key]
            del self._keys[id(value)]


@final
class Lease:
    """This side's hold on an object of the other side; tells it when the hold ends.

    Args:
        key: the other side's key.
        returned: list that takes `(key, count)` when this object dies.
    """

    __slots__ = ("__weakref__", "_finalizer", "count", "key")

    def __init__(self, key: int, returned: list[tuple[int, int]]) -> None:
        self.key = key
        self.count = [1]
        self._finalizer = weakref.finalize(self, _give_back, key, self.count, returned)
        self._finalizer.atexit = False

    def again(self) -> None:
        """The handle was received once more."""
        self.count[0] += 1


def _give_back(key: int, count: list[int], returned: list[tuple[int, int]]) -> None:
    returned.append((key, count[0]))
