from __future__ import annotations

from pathlib import Path

from autograder.assignment import load_assignment
from autograder.grading.sealing import seal
from autograder.sealed.model import CellResult, CellStatus, Limits, Program
from tests.builders import SQUARE, make_course


class PickyEngine:
    """Passes a grade cell if it is open, or not one of the given."""

    name = "picky"

    def __init__(self, *needs_open: str, broken: str = "") -> None:
        self.needs_open = needs_open
        self.broken = broken

    def __enter__(self) -> PickyEngine:
        return self

    def __exit__(self, *args: object) -> None:
        return

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        return tuple(
            CellResult(
                cell.id,
                CellStatus.ERROR
                if cell.id == self.broken or (cell.id in self.needs_open and not cell.open)
                else CellStatus.OK,
            )
            for cell in program.cells
        )


def test_a_cell_that_passes_sealed_is_sealed(tmp_path: Path) -> None:
    assignment = load_assignment(make_course(tmp_path, square=SQUARE), "square")
    assert seal(assignment, PickyEngine(), Limits()).open_cells == frozenset()


def test_a_cell_that_passes_only_open_is_open(tmp_path: Path) -> None:
    assignment = load_assignment(make_course(tmp_path, square=SQUARE), "square")
    decided = seal(assignment, PickyEngine("cube-values"), Limits())
    assert decided.open_cells == {("square", "cube-values")}
    assert decided.digest != assignment.digest


def test_a_cell_that_never_passes_stays_sealed(tmp_path: Path) -> None:
    assignment = load_assignment(make_course(tmp_path, square=SQUARE), "square")
    assert seal(assignment, PickyEngine(broken="cube-values"), Limits()).open_cells == frozenset()


def test_an_author_can_open_a_cell(tmp_path: Path) -> None:
    cells = [dict(cell) for cell in SQUARE]
    cells[4] |= {"metadata": cells[4]["metadata"] | {"autograder": {"open": True}}}
    assignment = load_assignment(make_course(tmp_path, square=cells), "square")
    assert seal(assignment, PickyEngine(), Limits()).open_cells == {("square", "cube-values")}
