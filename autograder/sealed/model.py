"""The plain data that goes into an engine and comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self, final

__all__ = [
    "Cause",
    "Cell",
    "CellResult",
    "CellStatus",
    "Engine",
    "Failure",
    "Limits",
    "Listening",
    "Measured",
    "Origin",
    "Program",
    "Reply",
    "Role",
]


class Role(StrEnum):
    """Who wrote a cell, and therefore which process may run it."""

    STUDENT = "student"
    """Solution cells and every cell that is in no instructor's notebook."""

    LOCKED = "locked"
    """Instructor's cells without points: imports, helpers, data. Restored from `source/`."""

    GRADE = "grade"
    """Auto-graded test cells. Restored from `source/`, hidden tests included."""


class Listening(StrEnum):
    """Whether what the submission answers to a grade cell is measured (`CellResult.replies`)."""

    NEVER = "never"
    FAILURES = "failures"
    """Where the cell fails."""

    ALWAYS = "always"


@final
@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell of a notebook to run.

    Args:
        id: unique in its program; the nbgrader `grade_id` for cells that have one.
        role: who wrote it.
        source: Python with IPython syntax.
        open: a grade cell that must run in the student process (see `Program.instructor`).
        borrows: a grade cell for which the classes of modules beside the notebook that the
            student's cells import are the student's, because they are changed there. Functions of
            these modules stay the judge's: one of them may be the test.
        hidden: numbers of the lines, from 1, that students do not get to see.
        methods: of objects of the submission that a grade cell may ask about values of its own,
            because it asks them of the reference solution (`CellResult.asked`). None: any.
        listening: whether the answers to a sealed grade cell are measured.
    """

    id: str
    role: Role
    source: str
    open: bool = False
    borrows: bool = False
    hidden: frozenset[int] = frozenset()
    methods: frozenset[str] | None = frozenset()
    listening: Listening = Listening.NEVER


@final
@dataclass(frozen=True, slots=True)
class Program:
    """One notebook, ready to run.

    Args:
        name: the notebook's name without suffix; appears in error messages only.
        cells: what runs, in order. Grade and locked cells are already restored.
        instructor: the code cells of the instructor's own notebook with its solutions. What a
            name belongs to (student or judge) is decided from here, never from `cells`.
        files: the student's working directory at the start, by relative POSIX path.
        judge_files: the judge's working directory at the start: the instructor's files only.
    """

    name: str
    cells: tuple[Cell, ...]
    instructor: tuple[Cell, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    judge_files: Mapping[str, bytes] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets. Going over one costs the cell that did, and no other.

    Args:
        cell_cpu_seconds: CPU time of one cell, its child processes included.
        cell_wall_seconds: wall time of one cell; generous, for sleeping code only.
        notebook_cpu_seconds: CPU time of the whole notebook.
        memory_bytes: memory beyond what the process has at its start.
        processes: processes and threads that student code may have at once.
        disk_bytes: bytes in the scratch folder.
        output_bytes: output kept of one cell; the rest is dropped and said to be dropped.
    """

    cell_cpu_seconds: float = 30.0
    cell_wall_seconds: float = 120.0
    notebook_cpu_seconds: float = 300.0
    memory_bytes: int = 2 << 30
    processes: int = 64
    disk_bytes: int = 256 << 20
    output_bytes: int = 1 << 20


class CellStatus(StrEnum):
    """How the run of one cell ended."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    NOT_RUN = "not_run"


class Origin(StrEnum):
    """Whose doing a failure of a grade cell is."""

    AUTHOR = "author"
    """The test raised it on purpose."""

    SUBMISSION = "submission"
    """Code of the submission raised it while the test called it."""

    TEST = "test"
    """It came about in the test's own code, or in a library that the test called."""


@final
@dataclass(frozen=True, slots=True)
class Cause:
    """Why a grade cell failed, in facts that do not repeat what the cell computed.

    Args:
        origin: whose doing it is.
        kind: name of the built-in exception type; empty for any other.
        words: what the author says about it, or what is always safe to say.
        place: where in the submission it was raised, as the submission tells: id of a cell and
            number of a line in it.
    """

    origin: Origin
    kind: str = ""
    words: str = ""
    place: tuple[str, int] | None = None


@final
@dataclass(frozen=True, slots=True)
class Failure:
    """An exception as text: `ename` and `evalue` as in nbformat, `traceback` in ANSI lines.

    `cause` is known of sealed grade cells only.
    """

    ename: str
    evalue: str
    traceback: tuple[str, ...] = ()
    cause: Cause | None = None


@final
@dataclass(frozen=True, slots=True)
class Measured:
    """An array in a few numbers, by which it is known again.

    Args:
        rounding: how much each of the next three may differ for the same array.
        size: its Euclidean norm.
        first: its product with a fixed vector.
        second: its product with another.
        telling: how many different numbers it has that nobody gets by accident.
    """

    rounding: float
    size: float
    first: float
    second: float
    telling: int = 0


@final
@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a submission to a test, so that it can be compared.

    Args:
        shape: digest of everything that must be the same: types, dtypes, shapes, texts, and where
            numbers are not finite.
        arrays: the numbers, as far as there are any.
    """

    shape: str
    arrays: tuple[Measured, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class CellResult:
    """What came of one cell.

    Args:
        id: the cell's id.
        status: how the run ended.
        outputs: nbformat 4 outputs (plain dictionaries), for the notebook.
        failure: the exception, where there was one.
        returned: `text/plain` of the cell's last expression if it displayed one (partial credit).
        exposed: hidden lines of a grade cell had run by the time that the cell ended, so what code
            of the submission says here may repeat what they handed over.
        asked: methods of objects of the submission that the cell asked about values of its own;
            noted where `Cell.methods` is None.
        replies: of the submission to a grade cell, where `Cell.listening` asks for them.
        cpu_seconds: CPU time used.
        wall_seconds: wall time used.
        peak_bytes: the most private memory used above the start, 0 where unknown.
    """

    id: str
    status: CellStatus
    outputs: tuple[dict[str, Any], ...] = ()
    failure: Failure | None = None
    returned: str | None = None
    exposed: bool = False
    asked: frozenset[str] = frozenset()
    replies: tuple[Reply, ...] = ()
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_bytes: int = 0


class Engine(Protocol):
    """Runs programs. One engine serves many programs, one after the other."""

    @property
    def name(self) -> str:
        """Which engine and, if sealed, at which sandbox level; recorded in every verdict."""
        ...

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        """Run every cell of `program`; one result a cell, in the same order. Never raises for
        anything that student code does.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
