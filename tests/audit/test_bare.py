from __future__ import annotations

from pathlib import Path

from autograder.assignment import load_assignment
from autograder.audit.bare import bare
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


def test_only_what_no_test_needs_is_left_out(tmp_path: Path) -> None:
    assignment = load_assignment(make_course(tmp_path, sums=NOTEBOOK), "sums")
    (notebook,) = bare(assignment).notebooks.values()
    empty = {cell.cell_id for cell in notebook.cells if not cell.reference + cell.release}
    assert empty == {"plot"}
