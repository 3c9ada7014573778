"""Whose a name is follows from the instructor's notebook alone."""

from __future__ import annotations

import pytest

from autograder.sealed.model import Cell, CellResult, CellStatus, Failure, Role
from autograder.sealed.ownership import (
    Ownership,
    cell_names,
    ownership,
    read_tables,
    write_tables,
)

S, L, G = Role.STUDENT, Role.LOCKED, Role.GRADE


def tables(*cells: tuple[Role, str]) -> list[Ownership]:
    """The tables of the locked and grade cells, in order."""
    own = [Cell(f"c{i}", role, source) for i, (role, source) in enumerate(cells)]
    return list(ownership(own).values())


def test_a_name_belongs_to_whoever_binds_it_last() -> None:
    first, second, third = tables(
        (L, "x = 1\ndef helper(): pass"), (S, "x = 2"), (G, "y = x"), (G, "x + y")
    )
    assert first.student == frozenset()
    assert "x" in second.student
    assert "helper" in second.judge
    assert "y" in third.judge
    assert "x" in third.student


def test_every_kind_of_binding_counts() -> None:
    source = """
import os.path as path
from math import tau as turn
def f(): pass
class C: pass
for i in (): pass
with a() as w: pass
try: pass
except E as error: pass
b, (c, *d) = z
e: int = 1
g += 1
[last := n for n in ()]
def inner():
    global h
    h = 1
match s:
    case {"k": m, **rest}: pass
"""
    names = cell_names(source)
    expected = {"path", "turn", "f", "C", "i", "w", "error", "b", "c", "d", "e", "g", "last"}
    assert {*expected, "inner", "h", "m", "rest"} <= names.binds
    assert "n" not in names.binds


def test_magics_are_looked_into() -> None:
    assert "x" in cell_names("%%time\nx = f()").binds
    assert "y" in cell_names("%time y = f()").binds
    assert "files" in cell_names("files = !ls").binds
    assert "f" in cell_names("%%capture out\nf()").reads


def test_what_is_no_python_binds_nothing() -> None:
    assert cell_names("x = = 1").binds == frozenset()
    assert cell_names("%%html\n<b>").binds == frozenset()


def test_imports_of_a_solution_cell_are_the_judges() -> None:
    (table,) = tables((S, "import numpy as np\nfrom math import sqrt\nx = 1"), (G, "np.ones(x)"))
    assert table.imports == {"np": ("numpy", None), "sqrt": ("math", "sqrt")}
    assert table.student == {"x"}


def test_a_rebound_import_is_the_students() -> None:
    (table,) = tables((L, "from math import sqrt"), (S, "def sqrt(x): return x"), (G, "sqrt(2)"))[
        1:
    ]
    assert "sqrt" in table.student
    assert "sqrt" not in table.imports


def test_names_that_later_cells_read_flow_forward() -> None:
    table = tables((G, "data = [1]\nprivate = 2"), (S, "def f(): return data"), (G, "private"))[0]
    assert table.forward == {"data"}


def test_names_that_student_functions_read_are_mirrored() -> None:
    (table,) = tables((S, "def f(): return N"), (G, "N = 3\nM = 4\nf()"))
    assert table.mirrored == {"N"}


def test_a_deleted_student_name_is_mirrored() -> None:
    (table,) = tables((S, "def g(): pass\ndef f(): return g()"), (G, "old = g\ndel g\ng = old"))
    assert "g" in table.mirrored
    assert "old" not in table.mirrored


def test_an_open_cell_binds_for_the_student() -> None:
    cells = [Cell("a", G, "x = 1", open=True), Cell("b", G, "x")]
    assert "x" in ownership(cells)["b"].student


def test_classes_and_their_instances_are_known() -> None:
    (table,) = tables((S, "class V: pass\nv = V()\ndef make(): return V()\nw = make()"), (G, "v"))
    assert table.genuine == {"V", "v"}


@pytest.mark.parametrize(
    "change",
    [
        "xs.append(3)",
        "xs[0] = 5",
        "del xs[0]",
        "xs[0]['key'] = 5",
        "xs.rows[0].sort()",
        "xs.name = 'a'",
        "xs += [1]",
        "def grow():\n    xs.append(3)\ngrow()",
    ],
)
def test_what_a_solution_changes_in_place_is_the_students(change: str) -> None:
    table = tables((L, "xs = make()"), (S, change), (G, "xs"))[1]
    assert "xs" in table.student
    assert "xs" not in table.judge


@pytest.mark.parametrize(
    "source",
    [
        "def f(xs):\n    xs.append(3)",
        "def f():\n    xs = []\n    xs[0] = 3",
        "xs.describe()",
        "y = xs[0]",
    ],
)
def test_what_a_solution_only_reads_stays_the_judges(source: str) -> None:
    assert "xs" in tables((L, "xs = make()"), (S, source), (G, "xs"))[1].judge


@pytest.mark.parametrize("change", ["check.limit = 3", "Rows.update({})", "np.x = 1"])
def test_functions_classes_and_modules_of_locked_cells_are_never_given_away(change: str) -> None:
    locked = "import numpy as np\ndef check(): pass\nclass Rows: pass"
    table = tables((L, locked), (S, change), (G, "check(Rows)"))[1]
    assert {"check", "Rows", "np"} <= table.judge


BORROWED = [
    Cell("imports", S, "import numpy as np\nfrom shapes.box import Box\nimport other"),
    Cell("helpers", L, "from shapes import check"),
    Cell("own", G, "Box, other"),
    Cell("borrowed", G, "Box, other", borrows=True),
]


def test_a_cell_that_borrows_takes_modules_that_the_students_cells_import() -> None:
    both = ownership(BORROWED, frozenset({"shapes", "unused"}))
    own, borrowed = both["own"], both["borrowed"]
    assert own.lent == borrowed.lent == {"Box", "np", "other"}
    assert own.modules == frozenset()
    assert borrowed.modules == {"shapes"}
    assert {"Box", "np", "other", "check"} <= borrowed.imports.keys() & borrowed.judge


def test_tables_arrive_as_they_were() -> None:
    (table,) = tables((S, "import os\nclass A: pass\ndef f(): return k"), (G, "k = 1"))
    before = {"c1": table, "c2": Ownership(methods=None, writes=True)}
    assert read_tables(write_tables(before)) == before


def result(key: str, status: CellStatus, returned: str | None = None) -> CellResult:
    failure = None if status is CellStatus.OK else Failure("E", "")
    return CellResult(key, status, failure=failure, returned=returned)
