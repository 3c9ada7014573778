"""Cells of the instructor's that are compiled before a judge runs them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.sealed.compiling import CellCode, compiled
from autograder.sealed.exposure import NOTICE
from autograder.sealed.model import Cell, Program, Role
from autograder.sealed.supervisor import _codes
from tests.sealed.pair import GRADE, LOCKED, notebook, plain


def code_of(source: str, *hidden: int) -> CellCode:
    data = compiled(source, frozenset(hidden), 1)
    assert data is not None
    return CellCode.from_bytes(data)


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1",
        "x = 1\n!ls",
        "%%time\nx = 1",
        "ls",
        "\n\nx = 1\n",
        "x = 1\n...\n",
        "In [1]: x\ny = 1",
        "import asyncio\nawait asyncio.sleep(0)",
        "x = (\ny = 1",
        "def f():\n    pass\nreturn 1",
        "x = 1\n\0",
        "(" * 300 + ")" * 300 + "\nx = 1",
    ],
)
def test_what_only_ipython_can_read_or_report_is_left_to_it(source: str) -> None:
    assert compiled(source, frozenset(), 1) is None


def test_hidden_statements_are_marked() -> None:
    code = code_of("\nx = 1\ny = 2", 3)
    seen: list[object] = []
    namespace: dict[str, object] = {}
    namespace[NOTICE] = lambda: seen.append(dict(namespace)["x"])
    for statement in code.statements:
        exec(statement, namespace)
    assert (seen, namespace["y"]) == ([1], 2)


def test_assertions_stay_when_the_grader_runs_without_its_own() -> None:
    command = (
        "from autograder.sealed.compiling import CellCode, compiled\n"
        "code = CellCode.from_bytes(compiled('x = 1\\nassert x == 2', frozenset(), 1))\n"
        "exec(code.statements[0]); exec(code.statements[1])"
    )
    ran = subprocess.run([sys.executable, "-O", "-c", command], capture_output=True, check=False)
    assert b"AssertionError" in ran.stderr


def test_only_the_instructors_sealed_cells_are_compiled() -> None:
    cells = (
        Cell("helper", Role.LOCKED, "x = 1\ny = 2"),
        Cell("answer", Role.STUDENT, "x = 1\ny = 2"),
        Cell("open", Role.GRADE, "x = 1\ny = 2", open=True),
        Cell("test", Role.GRADE, "x = 1\ny = 2"),
    )
    assert _codes(Program("p", cells)).keys() == {"helper", "test"}
    later = Cell("later", Role.LOCKED, "from __future__ import annotations\nx = 1")
    assert _codes(Program("p", (*cells, later))) == {}


def test_a_compiled_cell_shows_its_value_and_its_lines_as_any_other() -> None:
    helper, test = notebook(
        (LOCKED, "\n\ndef half(x):\n    return x / 2\nhalf(4)"),
        (GRADE, "x = half(3)\nassert x == 2, x\nx"),
    )
    assert helper[0].returned == "2.0"
    shown = plain(test[0].failure)
    assert "In[2], line 2" in shown
    assert "----> 2 assert x == 2, x" in shown


def test_two_cells_of_the_same_text_are_two() -> None:
    text = "def f():\n    raise ValueError\n"
    first, second, test = notebook((LOCKED, text), (LOCKED, text), (GRADE, "x = 1\nf()"))
    assert (first[0].failure, second[0].failure) == (None, None)
    assert "In[2], line 2" in plain(test[0].failure)
