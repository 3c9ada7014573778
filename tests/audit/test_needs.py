from __future__ import annotations

from pathlib import Path

from autograder.assignment import load_assignment
from autograder.audit.needs import Needs
from tests.builders import grade_cell, locked, make_course, plain_cell, solution

CELLS = [
    locked("setup", "import math"),
    solution("one", "def one(x): return x + 1"),
    grade_cell("one-values", "assert one(1) == 2", 1),
    plain_cell("print(one(3))", cell_id="look"),
    plain_cell("data = [1, 2]", cell_id="data"),
    solution("two", "def two(x): return x * 2"),
    grade_cell("two-values", "found = two(2)\nassert found == 4", 1),
    grade_cell("both", "assert one(found) == 5 and data", 1),
    solution("three", "def three(x): return one(two(x))"),
    grade_cell("three-values", "def test():\n    assert three(1) == 3\ntest()", 1),
]


def needs(tmp_path: Path) -> Needs:
    assignment = load_assignment(make_course(tmp_path / "course", made=CELLS), "made")
    return Needs(assignment, assignment.notebooks["made"])


def test_the_tests_of_a_cell_are_its_own_and_those_of_later_exercises(tmp_path: Path) -> None:
    found = needs(tmp_path)
    assert found.tests_of("one") == (["one-values"], ["both", "three-values"])
    assert found.tests_of("two") == (["two-values", "both"], ["three-values"])
    assert found.tests_of("three") == (["three-values"], [])
    assert found.concerned(["three"]) == {"one", "two", "three", "three-values"}
    assert found.concerned([]) == set()


def test_a_slice_has_what_its_tests_need_and_nothing_else(tmp_path: Path) -> None:
    found = needs(tmp_path)
    ids = [cell.id for cell in found.slice(["both"], {"two": "changed"}).cells]
    assert ids == ["setup", "one", "data", "two", "two-values", "both"]
    assert [c.source for c in found.slice(["both"], {"two": "changed"}).cells][3] == "changed"
    assert [cell.id for cell in found.slice(["one-values"]).cells] == ["setup", "one", "one-values"]
    assert len(found.slice(["one-values"], whole=True).cells) == len(CELLS)
    assert len(found.slice(["one-values"]).instructor) == len(CELLS)
