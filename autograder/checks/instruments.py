"""Runs an instrument where student code runs: in this process, or in the student process.

Under stock nbgrader and on a student's machine everything is one process, and the instrument is
entered here. Where cells are sealed, student code runs in another process, which enters it around
every call that the test makes.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, Self

__all__ = ["Instrument", "at_work", "submitted_sources"]


class Instrument(Protocol):
    """Watches what runs between enter and exit."""

    def arguments(self, values: Sequence[Any], named: Mapping[str, Any]) -> None:
        """A function of the student is about to be called with these."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def report(self) -> Any:
        """What was found, as plain data."""
        ...


@contextlib.contextmanager
def at_work(
    path: str,
    args: tuple[Any, ...],
    take: Callable[[Any], None],
    values: Sequence[Any] = (),
    named: Mapping[str, Any] | None = None,
) -> Iterator[None]:
    """Have an instrument at work on student code that runs in the block.

    Args:
        path: `module:class` of the instrument.
        args: plain data to make it from.
        take: takes each report (plain data or None, from a student process of any content), and
            raises ValueError for one that is malformed.
        values: what the one call in the block passes, for an instrument that looks at arguments.
        named: the same, by keyword.
    """
    bench = _bench()
    if bench is not None:
        with bench.using(path, args, take):
            yield
        return
    module, _, name = path.partition(":")
    instrument: Instrument = getattr(import_module(module), name)(*args)
    instrument.arguments(values, named or {})
    with instrument:
        yield
    take(instrument.report())


def submitted_sources() -> tuple[str, ...] | None:
    """The student's own cells as they were handed in; None where nobody vouches for them."""
    bench = _bench()
    return None if bench is None else bench.sources


def _bench() -> Any:
    """The judge's, in a judge process. The grader need not be installed for the checks to work."""
    module = sys.modules.get("autograder.sealed.instruments")
    return module.judge if module is not None and module.judge.in_use else None
