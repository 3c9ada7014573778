"""The engine that grades with student code sealed away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self, final

from autograder.sealed.errors import EngineError
from autograder.sealed.levels import Level, Mechanisms
from autograder.sealed.model import CellResult, Limits, Program
from autograder.sealed.nursery import Nursery, NurseryLost
from autograder.sealed.probe import choose, probe
from autograder.sealed.supervisor import run_program

__all__ = ["SealedEngine"]

_ATTEMPTS: Final = 3


@final
class SealedEngine:
    """Runs programs in sandboxes forked from one warm process, which starts with the first.

    Args:
        required: the least sandbox level; below it the constructor refuses.
        unsafe: grade at whatever level this machine reaches, none included. Shows in `name`.
        readable: paths that notebooks may read: data sets and libraries outside the interpreter.
        at_most: for measurements and tests: use no higher level than this.
        observe: is told how many seconds each step took.

    Raises:
        EngineError: this machine does not reach `required`; the text says what is missing.
    """

    def __init__(
        self,
        *,
        required: Level = Level.FULL,
        unsafe: bool = False,
        readable: Sequence[Path] = (),
        at_most: Level = Level.FULL,
        observe: Callable[[str, float], None] | None = None,
    ) -> None:
        least = Level.UNSAFE if unsafe else required
        if least is Level.UNSAFE and not unsafe:
            raise EngineError("grading without a sandbox must be asked for with `unsafe`")
        self._mechanisms: Mechanisms = choose(probe(), least, at_most)
        self._unsafe = unsafe
        self._readable = [path.resolve() for path in readable]
        self._observe = observe
        self._nursery: Nursery | None = None
        self._lock = threading.Lock()

    @property
    def level(self) -> Level:
        """The sandbox level in use."""
        return self._mechanisms.level

    @property
    def name(self) -> str:
        """`sealed`, the level, and whether a lower one would have been accepted."""
        return f"sealed-{self.level.name.lower()}" + (" --unsafe" if self._unsafe else "")

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        """Run every cell of `program`, as `model.Engine` says.

        If the warm process is lost it is started again and the whole program run again.

        Raises:
            EngineError: the warm process cannot be kept alive, or a sandbox cannot be made.
        """
        with self._lock:
            problem = ""
            for _ in range(_ATTEMPTS):
                try:
                    nursery = self._ready()
                    return run_program(nursery, program, limits, self._mechanisms, self._observe)
                except NurseryLost as lost:
                    problem = str(lost)
                    self._close()
                except BaseException:
                    # Interrupted in the middle of a conversation, perhaps.
                    self._close()
                    raise
            raise EngineError(
                f"{program.name}: the process that starts sandboxes was lost {_ATTEMPTS} times: "
                f"{problem}. See whether the machine is short of memory"
            )

    def warm_up(self) -> float:
        """Start the warm process now; gives the seconds that its imports took."""
        with self._lock:
            return self._ready().warm_seconds

    def close(self) -> None:
        """End every process."""
        with self._lock:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ready(self) -> Nursery:
        if self._nursery is not None and not self._nursery.alive:
            self._close()
        if self._nursery is None:
            self._nursery = Nursery(self._mechanisms, self._readable)
            if self._observe:
                self._observe("zygote", self._nursery.warm_seconds)
        return self._nursery

    def _close(self) -> None:
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None
