from __future__ import annotations

from pathlib import Path

from autograder.assignment import Assignment, CellKind, load_assignment
from autograder.audit.bare import bare
from autograder.audit.needs import Needs
from tests.builders import grade_cell, locked, make_course, plain_cell, solution

NOTEBOOK = [
    locked("setup", "import math"),
    plain_cell("data = [1, 2, 3]\nscale = 2", cell_id="data"),
    solution(
        "total", "def total():\n    ### BEGIN SOLUTION\n    return sum(data)\n    ### END SOLUTION"
    ),
    plain_cell("picture = [x * scale for x in data]", cell_id="plot"),
    grade_cell("total-values", "assert total() == 6, 'wrong'", 1),
]


def needs_of(assignment: Assignment) -> dict[str, Needs]:
    return {name: Needs(assignment, notebook) for name, notebook in assignment.notebooks.items()}


def test_a_change_concerns_the_tests_that_depend_on_it(tmp_path: Path) -> None:
    more = [
        solution("half", "def half(): return total() / 2"),
        grade_cell("half-values", "assert half() == 3, 'wrong'", 1),
        solution("other", "def other(): return 1"),
        grade_cell("other-values", "assert other() == 1, 'wrong'", 1),
    ]
    assignment = load_assignment(make_course(tmp_path, sums=[*NOTEBOOK, *more]), "sums")

    def tests(*changed: str) -> list[str | None]:
        form = bare(assignment, needs_of(assignment), frozenset(changed))
        (notebook,) = form.notebooks.values()
        return [cell.grade_id for cell in notebook.cells if cell.kind is CellKind.GRADE]

    assert tests("total") == ["total-values", "half-values"]
    assert tests("half") == ["half-values"]
    assert tests("half", "other") == ["half-values", "other-values"]
    assert tests() == ["total-values", "half-values", "other-values"]


def test_only_what_no_test_needs_is_left_out(tmp_path: Path) -> None:
    assignment = load_assignment(make_course(tmp_path, sums=NOTEBOOK), "sums")
    (notebook,) = bare(assignment, needs_of(assignment)).notebooks.values()
    empty = {cell.cell_id for cell in notebook.cells if not cell.reference + cell.release}
    assert empty == {"plot"}
