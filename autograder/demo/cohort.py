"""The class of the demo: what students hand in, made from what they were given."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

from autograder.assignment import Assignment, AssignmentNotebook, CellKind
from autograder.audit.handin import reference_answers, released_notebook
from autograder.audit.variants import Variant
from autograder.demo.expectation import Expectation
from autograder.notebooks import dump_notebook

__all__ = ["HandIn", "cohort"]

_SEED = 2026
_MUTANTS = 14
_NAMES = """
ada aisha ali alice amara anders anna ben bob carlos chen chloe dara deniz diego elif emma eva
fatima felix grace hana hugo ines ivan jonas josé julia kofi lars leila lina louis maja maria
marko mei mia nadia noah nora olga omar oscar pavel priya rosa sami sara sofia tariq tom uma
vera viktor wei yara yuki zoe 小红 王芳
"""


@final
@dataclass(frozen=True, slots=True)
class HandIn:
    """One submission.

    Args:
        student: the student's id.
        what: what is special about it, for the table.
        data: the notebook's bytes.
        expected: its marks.
        notebook: the file's name without suffix.
    """

    student: str
    what: str
    data: bytes
    expected: Expectation
    notebook: str


@final
@dataclass(frozen=True, slots=True)
class _Draft:
    """A submission that nobody has signed yet."""

    what: str
    data: bytes
    expected: Expectation = field(default_factory=Expectation)
    student: str = ""
    file: str = ""


def cohort(
    assignment: Assignment,
    mutants: Sequence[Variant],
    alternatives: Sequence[Variant],
    *,
    sealed: bool,
) -> list[HandIn]:
    """The class, the same every time.

    Args:
        assignment: what is handed in; it has one notebook.
        mutants: wrong solutions; some are chosen.
        alternatives: right solutions; all are handed in.
        sealed: the engine holds back what would harm the machine, and goes on where Python ended.
    """
    (notebook,) = assignment.notebooks.values()
    desk = _Desk(notebook, mutants)
    shuffled = random.Random(_SEED)
    chosen = shuffled.sample(list(mutants), min(_MUTANTS, len(mutants)))
    drafts = [
        *_right(desk, alternatives),
        *_unfinished(desk),
        *_wrong(desk, chosen),
        *_runaway(desk, sealed=sealed),
        *_mangled(desk),
    ]
    names = _NAMES.split()
    shuffled.shuffle(names)
    return sorted(
        (
            HandIn(
                student=draft.student or names.pop(),
                what=draft.what,
                data=draft.data,
                expected=draft.expected,
                notebook=draft.file or notebook.name,
            )
            for draft in drafts
        ),
        key=lambda hand_in: hand_in.student,
    )


@final
class _Desk:
    """Where notebooks are filled in."""

    def __init__(self, notebook: AssignmentNotebook, mutants: Iterable[Variant]) -> None:
        self.notebook = notebook
        self.reference = reference_answers(notebook)
        self.solutions = [
            cell.grade_id or ""
            for cell in notebook.cells
            if cell.kind is CellKind.SOLUTION and cell.cell_type == "code"
        ]
        self.tests = [cell.grade_id or "" for cell in notebook.cells if cell.kind is CellKind.GRADE]
        self.written = [name for name in self.reference if name not in self.solutions]
        self._mutants = tuple(mutants)

    @property
    def everything(self) -> frozenset[str]:
        """All cells that earn points."""
        return frozenset([*self.tests, *self.written])

    def filled(self, answers: Mapping[str, str]) -> dict[str, Any]:
        """The reference solution with other answers to some cells."""
        return released_notebook(self.notebook, {**self.reference, **answers})

    def tests_of(self, solution: str) -> frozenset[str]:
        """The tests between a solution cell and the next one."""
        own: list[str] = []
        current = None
        for cell in self.notebook.cells:
            if cell.kind is CellKind.SOLUTION:
                current = cell.grade_id
            elif cell.kind is CellKind.GRADE and current == solution:
                own.append(cell.grade_id or "")
        return frozenset(own)

    def tests_from(self, solution: str) -> frozenset[str]:
        """All tests behind a solution cell."""
        behind = self.notebook.cells[self.position(solution) :]
        return frozenset(cell.grade_id or "" for cell in behind if cell.kind is CellKind.GRADE)

    def position(self, grade_id: str) -> int:
        """Where a cell stands, 0 for the first."""
        return [cell.grade_id for cell in self.notebook.cells].index(grade_id)

    def reach(self, solution: str) -> frozenset[str]:
        """The tests that a mistake in a solution cell is known to break."""
        known = [mutant for mutant in self._mutants if solution in mutant.cells]
        return self.tests_of(solution).union(*(m.fails | m.may_fail for m in known))

    def a_solution(self, position: float) -> str:
        """The solution cell at a place in the notebook from 0 to 1; one that has tests."""
        tested = [name for name in self.solutions if self.tests_of(name)]
        return tested[min(int(position * len(tested)), len(tested) - 1)]


def _extra(document: dict[str, Any], at: int, *sources: str) -> dict[str, Any]:
    """The notebook with cells of the student's own."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"own-{at}-{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources)
    ]
    return {**document, "cells": [*document["cells"][:at], *cells, *document["cells"][at:]]}


_CHATTY = """import sys
import time
import warnings

warnings.warn("this is deprecated, says some library")
print("a note on the standard error stream", file=sys.stderr)
for percent in range(0, 101, 5):
    print(f"\\r{percent:3d}% |{'#' * (percent // 5):20}|", end="", file=sys.stderr)
print(file=sys.stderr)"""


def _right(desk: _Desk, alternatives: Sequence[Variant]) -> Iterator[_Draft]:
    yield _Draft("right", dump_notebook(desk.filled({})))
    for variant in alternatives:
        yield _Draft(f"right: {variant.style}", dump_notebook(desk.filled(variant.cells)))
    yield _Draft(
        "right, in Chinese",
        dump_notebook(_extra(_in_chinese(desk), -1, "结果 = [1, 2, 3]\nprint('完成', 结果)")),
        student="李明",
    )
    noisy = {name: f"{desk.reference[name]}\n\n{_CHATTY}" for name in desk.solutions}
    yield _Draft("right, warnings and progress bars on stderr", dump_notebook(desk.filled(noisy)))
    yield _Draft(
        "right, three megabytes of output",
        dump_notebook(_extra(desk.filled({}), -1, "for _ in range(30_000):\n    print('x' * 99)")),
    )
    yield _Draft(
        "right, with cells of their own that fail",
        dump_notebook(
            _extra(desk.filled({}), 3, "import a_package_that_is_not_installed", "1 / 0")
        ),
    )
    windows = dump_notebook(desk.filled({})).decode().replace("\n", "\r\n")
    yield _Draft("right, saved by an editor on Windows", windows.encode("utf-8-sig"))
    script = "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>"
    answers = dict.fromkeys(desk.written, script)
    yield _Draft("right, a script in the written answer", dump_notebook(desk.filled(answers)))


def _in_chinese(desk: _Desk) -> dict[str, Any]:
    answers = {
        name: f"# 第 {number} 题：先想清楚形状，再写代码\n{desk.reference[name]}"
        for number, name in enumerate(desk.solutions, start=1)
    }
    written = "因为每个位置只看它之前的位置，已经算过的键和值不会再改变，所以可以存起来重复使用。"
    return desk.filled({**answers, **dict.fromkeys(desk.written, written)})


def _unfinished(desk: _Desk) -> Iterator[_Draft]:
    untouched = dump_notebook(released_notebook(desk.notebook))
    yield _Draft("untouched", untouched, Expectation(loses=desk.everything))
    yield _Draft("untouched", untouched, Expectation(loses=desk.everything))
    tested = [name for name in desk.solutions if desk.tests_of(name)]
    for part in (0.25, 0.5, 0.75):
        stop = tested[int(part * len(tested))]
        done = desk.solutions[: desk.solutions.index(stop)]
        answers = {name: desk.reference[name] for name in done}
        yield _Draft(
            f"finished up to {stop}",
            dump_notebook(released_notebook(desk.notebook, answers)),
            Expectation(loses=desk.tests_from(stop).union(desk.written)),
        )
    stub = desk.a_solution(0.1)
    release = {cell.grade_id or "": cell.release for cell in desk.notebook.cells}
    yield _Draft(
        f"all but {stub}",
        dump_notebook(desk.filled({stub: release[stub]})),
        Expectation(loses=desk.tests_of(stub), may_lose=frozenset(desk.tests)),
    )
    yield _Draft(
        "right, the written question left out",
        dump_notebook(desk.filled({name: release[name] for name in desk.written})),
        Expectation(loses=frozenset(desk.written)),
    )


def _wrong(desk: _Desk, mutants: Iterable[Variant]) -> Iterator[_Draft]:
    for mutant in mutants:
        yield _Draft(
            f"wrong: {mutant.mistake}",
            dump_notebook(desk.filled(mutant.cells)),
            Expectation(loses=mutant.fails, may_lose=mutant.may_fail),
        )
    typo = desk.a_solution(0.6)
    yield _Draft(
        f"wrong: {typo} is no Python",
        dump_notebook(desk.filled({typo: f"{desk.reference[typo]}\n    )"})),
        Expectation(loses=desk.tests_of(typo), may_lose=desk.reach(typo)),
    )


def _runaway(desk: _Desk, *, sealed: bool) -> Iterator[_Draft]:
    """Code that does not end, or ends more than itself."""
    place = desk.a_solution(0.8)
    hit = Expectation(loses=desk.tests_of(place), may_lose=desk.reach(place))
    yield _Draft(
        "an infinite loop", dump_notebook(desk.filled({place: "while True:\n    pass"})), hit
    )
    # An ordinary kernel that has ended stays so; what comes after it is lost as well.
    gone = hit if sealed else Expectation(loses=hit.loses, may_lose=desk.tests_from(place))
    yield _Draft(
        "ends Python with os._exit",
        dump_notebook(desk.filled({place: "import os\nos._exit(0)"})),
        gone,
    )
    yield _Draft(
        "kills its own process",
        dump_notebook(
            desk.filled({place: "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"})
        ),
        gone,
    )
    yield _Draft(
        "leaves with exit() in a cell of their own",
        dump_notebook(_extra(desk.filled({}), desk.position(place), "exit()")),
        Expectation(may_lose=frozenset() if sealed else desk.tests_from(place)),
    )
    if sealed:
        yield _Draft(
            "takes all the memory",
            dump_notebook(desk.filled({place: "hoard = [bytes(1 << 26) for _ in range(10_000)]"})),
            hit,
        )


def _mangled(desk: _Desk) -> Iterator[_Draft]:
    """Files that are not as they were given out."""
    whole = dump_notebook(desk.filled({}))
    lost = Expectation(quarantined=True)
    yield _Draft("cut off in the middle", whole[: len(whole) // 2], lost)
    yield _Draft("an empty file", b"", lost)
    yield _Draft("right, under another name", whole, file="Untitled1")
    nothing = _each(desk, lambda cell: {**cell, "metadata": {}, "id": "lost"})
    yield _Draft("right, metadata and ids dropped", dump_notebook(nothing))
    other = {"metadata": {}, "id": "lost", "source": "print('homework of another course')"}
    yield _Draft("another notebook", dump_notebook(_each(desk, lambda cell: cell | other)), lost)
    yield _Draft(
        "metadata dropped by the editor",
        dump_notebook(_each(desk, lambda cell: {**cell, "metadata": {}})),
    )
    first, last = desk.tests[0], desk.tests[-1]
    kept = desk.filled({})
    kept["cells"] = [
        cell
        for cell in kept["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") not in {first, last}
    ]
    yield _Draft("right, two tests deleted", dump_notebook(kept))
    doubled = desk.filled({})
    doubled["cells"] = [
        copy
        for cell in doubled["cells"]
        for copy in ([cell, cell] if cell["metadata"].get("nbgrader") else [cell])
    ]
    yield _Draft("right, every graded cell twice", dump_notebook(doubled))
    yield _Draft(
        "forged: tests emptied, skipped and worth 1000 points",
        dump_notebook(_forged(desk)),
        Expectation(loses=desk.everything),
        student="mallory",
    )


def _each(desk: _Desk, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    document = desk.filled({})
    return {**document, "cells": [change(cell) for cell in document["cells"]]}


def _forged(desk: _Desk) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(dump_notebook(released_notebook(desk.notebook)))
    for cell in document["cells"]:
        nbgrader = cell["metadata"].get("nbgrader")
        if nbgrader and nbgrader.get("grade"):
            cell["source"] = "pass"
            cell["metadata"]["tags"] = ["skip-execution"]
            nbgrader |= {"points": 1000, "locked": False}
    return document
