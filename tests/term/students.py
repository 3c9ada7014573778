"""Two hundred students: what each makes of an assignment, and what that is worth.

Expectations are computed here by hand, from what was done to a notebook, and never by the code
under test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.notebooks import dump_notebook
from tests.term.assignments import ASSIGNMENTS, FIRST, FLOAT, Work

__all__ = ["KINDS", "HandIn", "Student", "hand_in", "manual_points", "students"]

Json = dict[str, Any]

_LAST = ["Byron", "O'Neil", "李", "de la Cruz", "=1+1", "Smith, Jr.", '"Bobby"', "Ångström"]
_FIRST = ["Ada", "José", "明", "Anne-Marie", "@SUM(A1)", "Zoë", "+41", "Nguyễn"]


@dataclass(frozen=True)
class Student:
    """A student, by the names that each system has for them."""

    number: int

    @property
    def id(self) -> str:
        """Of the course."""
        return f"s{self.number:03}"

    @property
    def first(self) -> str:
        """First name; not unique."""
        return _FIRST[self.number % len(_FIRST)]

    @property
    def last(self) -> str:
        """Last name; not unique."""
        return _LAST[self.number // len(_FIRST) % len(_LAST)]

    @property
    def email(self) -> str:
        """Address."""
        return f"{self.id}@example.org"

    @property
    def canvas(self) -> int:
        """Canvas's number."""
        return 5_000 + self.number

    @property
    def moodle(self) -> int:
        """Moodle's number in one assignment."""
        return 7_000 + self.number


def students(count: int) -> list[Student]:
    """The class."""
    return [Student(number) for number in range(count)]


@dataclass(frozen=True)
class HandIn:
    """A notebook, and what it is worth.

    Args:
        kind: what was done to it.
        data: its bytes.
        points: automatic points by test; empty if it cannot be graded.
        mended: the same after the hidden test was mended.
        answered: whether a person has an answer to mark.
        file: its name.
        repairs: words that the list of repairs must have; empty for no repairs.
    """

    kind: str
    data: bytes
    points: Mapping[str, int]
    mended: Mapping[str, int]
    answered: bool
    file: str
    repairs: str = ""


_Change = Callable[[Json, Work], Json | bytes]


@dataclass(frozen=True)
class _Kind:
    """Which answers a student gives, what is done to the notebook, and what it says of that."""

    answers: str = "rr"
    change: _Change = lambda notebook, work: notebook
    repairs: str = ""
    loses: str = ""
    lost: bool = False
    file: str = ""


def _cells(notebook: Json, change: Callable[[Json], list[Json]]) -> Json:
    return {**notebook, "cells": [new for cell in notebook["cells"] for new in change(cell)]}


def _name(cell: Json) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _colab(notebook: Json, work: Work) -> Json:
    stripped = _cells(notebook, lambda cell: [{**cell, "metadata": {"id": "aBcD"}}])
    for cell in stripped["cells"]:
        del cell["id"]
    return {**stripped, "nbformat_minor": 0}


def _without_metadata(notebook: Json, work: Work) -> Json:
    return _cells(notebook, lambda cell: [{**cell, "metadata": {}}])


def _deleted(notebook: Json, work: Work) -> Json:
    gone = {"helpers", work.exercises[0].test}
    return _cells(notebook, lambda cell: [] if _name(cell) in gone else [cell])


def _doubled(notebook: Json, work: Work) -> Json:
    return _cells(notebook, lambda cell: [cell, cell] if _name(cell) else [cell])


def _moved(notebook: Json, work: Work) -> Json:
    second = {work.exercises[1].name, work.exercises[1].test, f"{work.exercises[1].name}-text"}
    rest = [cell for cell in notebook["cells"] if cell["id"] not in second]
    own = [cell for cell in notebook["cells"] if cell["id"] in second]
    return {**notebook, "cells": [*rest[:2], *own, *rest[2:]]}


def _retyped(notebook: Json, work: Work) -> Json:
    types = {work.exercises[0].name: "raw", work.exercises[1].test: "markdown"}
    return _cells(
        notebook, lambda cell: [{**cell, "cell_type": types.get(_name(cell), cell["cell_type"])}]
    )


def _same_id_twice(notebook: Json, work: Work) -> Json:
    exercise = work.exercises[0]
    return _cells(
        notebook,
        lambda cell: (
            [{**cell, "id": "draft", "source": exercise.wrong}, cell]
            if _name(cell) == exercise.name
            else [cell]
        ),
    )


def _old_release(notebook: Json, work: Work) -> Json:
    for cell in notebook["cells"]:
        if _name(cell) == work.exercises[0].name:
            cell["metadata"]["nbgrader"]["grade_id"] = cell["id"] = "exercise-1"
    old = json.loads(json.dumps(notebook["cells"][-1]))
    old |= {"cell_type": "code", "source": "assert False, 'no longer asked'", "id": "old-values"}
    old["metadata"] = {"nbgrader": {"grade_id": "old-values", "grade": True, "points": 9}}
    return {**notebook, "cells": [*notebook["cells"], old]}


def _forged(notebook: Json, work: Work) -> Json:
    for cell in notebook["cells"]:
        if _name(cell).endswith("-values"):
            cell["source"] = "pass"
            cell["metadata"]["tags"] = ["skip-execution"]
            cell["metadata"]["nbgrader"] |= {"points": 1_000, "locked": False}
    return notebook


def _own_cell(source: str) -> _Change:
    def change(notebook: Json, work: Work) -> Json:
        cell: Json = {
            "cell_type": "code",
            "execution_count": None,
            "id": "own",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        return {**notebook, "cells": [*notebook["cells"][:3], cell, *notebook["cells"][3:]]}

    return change


def _bytes(change: Callable[[bytes], bytes]) -> _Change:
    return lambda notebook, work: change(dump_notebook(notebook))


_NOISE = "import sys, warnings\nwarnings.warn('old')\nprint('50 %|#####', file=sys.stderr)"

KINDS: Mapping[str, _Kind] = {
    "right": _Kind(),
    "first exercise wrong": _Kind("wr"),
    "second exercise wrong": _Kind("rw"),
    "untouched": _Kind("ss"),
    "nothing in the second": _Kind("rs"),
    "saved by Colab": _Kind("rw", _colab, "by what it defines"),
    "metadata lost": _Kind("rr", _without_metadata, "by its id"),
    "cells deleted": _Kind("rr", _deleted, "the cell was missing; put back"),
    "cells doubled": _Kind("wr", _doubled, "the cell stands more than once"),
    "exercises moved": _Kind("rr", _moved),
    "cells retyped": _Kind("rr", _retyped, "the cell's type was"),
    "one id twice": _Kind("rr", _same_id_twice, "the cell stands more than once"),
    "wrong file name": _Kind("rw", repairs="was handed in as Untitled.ipynb", file="Untitled"),
    "old release": _Kind("rr", _old_release, "the cell was called 'exercise-1'"),
    "cut off": _Kind(change=_bytes(lambda data: data[: len(data) // 2]), lost=True),
    "empty": _Kind(change=_bytes(lambda _: b""), lost=True),
    "forged tests": _Kind("ss", _forged, "the cell is read-only and was changed"),
    "noise on stderr": _Kind("rr", _own_cell(_NOISE)),
    "own cell fails": _Kind("rw", _own_cell("1 / 0")),
    "saved on Windows": _Kind(
        "rr", _bytes(lambda data: data.decode().replace("\n", "\r\n").encode("utf-8-sig"))
    ),
    "asks for too little": _Kind("r1"),
    "asks for too much": _Kind("r2"),
}


def hand_in(student: Student, work: Work, release: Json, *, personal: bool) -> HandIn:
    """What a student makes of a released notebook.

    Args:
        student: who.
        work: the assignment.
        release: the notebook that was given out.
        personal: no two notebooks are the same.
    """
    shift = 3 * list(ASSIGNMENTS).index(work.name)
    names = list(KINDS)
    name = names[(student.number + shift) % len(names)]
    kind = KINDS[name]
    notebook = json.loads(json.dumps(release))
    texts = {}
    points, mended = {}, {}
    for exercise, answer in zip(work.exercises, kind.answers, strict=True):
        own = exercise.name == "largest"
        text = {
            "r": exercise.right,
            "w": exercise.wrong,
            "s": "",
            "1": FIRST if own else exercise.right,
            "2": FLOAT if own else exercise.right,
        }[answer]
        texts[exercise.name] = text
        points[exercise.test] = exercise.points * (answer in ("r12" if not own else "r1"))
        mended[exercise.test] = exercise.points * (answer in ("r12" if not own else "r2"))
    answered = bool(work.written) and kind.answers != "ss"
    if answered:
        texts["why"] = f"Because {student.id} says so." if personal else "Because."
    for cell in notebook["cells"]:
        if answer_text := texts.get(_name(cell)):
            cell["source"] = answer_text
    if personal:
        notebook["cells"][0]["source"] = f"# {work.name}, by {student.id}"
    data = kind.change(notebook, work)
    return HandIn(
        kind=name,
        data=data if isinstance(data, bytes) else dump_notebook(data),
        points={} if kind.lost else points,
        mended={} if kind.lost else mended,
        answered=answered and not kind.lost,
        file=kind.file or work.name,
        repairs=kind.repairs,
    )


def manual_points(student: Student) -> int:
    """What a person gives for the written answer."""
    return student.number % 5
