"""Instruments at work in the student process while it serves the judge, for checks of tests.

The judge names a context manager of a library; the student process enters it around what it runs
for the judge and sends its report with the answer. A report is the student process's word: the
submission could forge it, and what reads it must bear any plain data.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self, final

from autograder.sealed.wire import Plain, WireError

__all__ = ["Bench", "Instrument", "Wanted", "at_work", "judge", "ordered"]


class Instrument(Protocol):
    """What the student process enters."""

    def arguments(self, values: Sequence[Any], named: Mapping[str, Any]) -> None:
        """A function of the submission is about to be called with these."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def report(self) -> Plain:
        """What was found, when it is over."""
        ...


@final
@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """An instrument that the judge wants at work.

    Args:
        path: where both processes find it, `module:name`.
        args: plain data to make it from.
        take: takes each report; raises ValueError for one that is malformed.
    """

    path: str
    args: tuple[Plain, ...]
    take: Callable[[Plain], None]


@final
@dataclass(slots=True)
class Bench:
    """The judge's instruments, and what the supervisor told it about the submission.

    Args:
        in_use: whether this process is a judge.
        wanted: at work now.
        sources: of the submission's own cells, in order, as they were handed in.
    """

    in_use: bool = False
    wanted: list[Wanted] = field(default_factory=list)
    sources: tuple[str, ...] = ()

    @contextlib.contextmanager
    def using(
        self, path: str, args: tuple[Plain, ...], take: Callable[[Plain], None]
    ) -> Iterator[None]:
        """Have an instrument at work in every call of the submission's code in the block."""
        wanted = Wanted(path, args, take)
        self.wanted.append(wanted)
        try:
            yield
        finally:
            self.wanted.remove(wanted)

    def order(self) -> Plain:
        """What the student process is asked for."""
        return [(wanted.path, wanted.args) for wanted in self.wanted]

    @staticmethod
    def read(asked: Sequence[Wanted], reports: Plain) -> None:
        """Take the reports that came with an answer.

        Raises:
            WireError: they are malformed.
        """
        if type(reports) is not list or len(reports) != len(asked):
            raise WireError("malformed reports")
        for wanted, report in zip(asked, reports, strict=True):
            try:
                wanted.take(report)
            except ValueError as error:
                raise WireError(f"a malformed report: {error}") from None


judge: Final = Bench()
"""This process's own, where it is a judge."""


@final
@dataclass(slots=True)
class _Order:
    """What the judge asked for with the request that is served."""

    instruments: Plain = None
    reports: list[Plain] = field(default_factory=list)
    running: bool = False


_current = _Order()
_NOTHING: Final = contextlib.nullcontext()


@contextlib.contextmanager
def ordered(instruments: Plain) -> Iterator[list[Plain]]:
    """Serve a request of the judge; the list has the reports of the instruments that it wants.

    A request within a request belongs to the outer one, whose instruments are at work already.
    """
    global _current  # noqa: PLW0603 - a process serves one request at a time
    if not instruments:
        yield []
        return
    outer, _current = _current, _Order(instruments, running=_current.running)
    try:
        yield _current.reports
    finally:
        if not _current.reports:
            _current.reports.extend(None for _ in instruments)
        _current = outer


def at_work(
    values: Sequence[Any] = (), named: Mapping[str, Any] | None = None
) -> contextlib.AbstractContextManager[None]:
    """Run code of the submission with the instruments that are wanted; only that, since they count.

    Args:
        values: what a function is called with.
        named: the same, by keyword.
    """
    order = _current
    if not order.instruments or order.running:
        return _NOTHING
    return _at_work(order, values, named or {})


@contextlib.contextmanager
def _at_work(order: _Order, values: Sequence[Any], named: Mapping[str, Any]) -> Iterator[None]:
    made = []
    for path, args in order.instruments:
        module, _, name = path.partition(":")
        made.append(getattr(importlib.import_module(module), name)(*args))
    order.running = True
    try:
        with contextlib.ExitStack() as stack:
            for instrument in made:
                instrument.arguments(values, named)
                stack.enter_context(instrument)
            yield
    finally:
        order.running = False
        order.reports[:] = [instrument.report() for instrument in made]
