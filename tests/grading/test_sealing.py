from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Self

from autograder.assignment import load_assignment
from autograder.grading.grade import instructor_program
from autograder.grading.sealing import failing_cells, seal
from autograder.sealed.model import CellResult, CellStatus, Engine, Limits, Program
from tests.builders import SQUARE, grade_cell, make_course, solution


class PickyEngine:
    """Passes a grade cell if it is open, or not one of the given."""

    name = "picky"

    def __init__(self, *needs_open: str, broken: str = "") -> None:
        self.needs_open = needs_open
        self.broken = broken

    def __enter__(self) -> Self:
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


NAMES_FROM_AN_OPEN_CELL = [
    solution("counter", "class Counter:\n    n = 0\n\nclass Box:\n    pass"),
    grade_cell("subclass", "class Mine(Counter): pass\nbox = Counter()\nassert Mine().n == 0", 1),
    grade_cell("use", "box.n = 5\nassert box.n == 5", 1),
]


def test_a_cell_that_needs_a_name_of_an_open_cell_gets_its_points(
    tmp_path: Path, engine: Engine
) -> None:
    course = make_course(tmp_path, box=NAMES_FROM_AN_OPEN_CELL)
    decided = seal(load_assignment(course, "box"), engine, Limits())
    assert ("box", "subclass") in decided.open_cells
    program = instructor_program(decided, decided.notebooks["box"])
    assert failing_cells(decided.notebooks["box"], program, engine, Limits()) == set()


AN_OPEN_CELL_THAT_NEEDS_AN_EARLIER_NAME = [
    solution("counter", "class Counter:\n    n = 0"),
    grade_cell("limit", "limit = 3\nassert Counter.n == 0", 1),
    grade_cell("subclass", "class Mine(Counter): pass\nassert Mine().n < limit", 1),
]


def test_an_open_cell_that_needs_a_name_of_an_earlier_test_gets_its_points(
    tmp_path: Path, engine: Engine
) -> None:
    course = make_course(tmp_path, box=AN_OPEN_CELL_THAT_NEEDS_AN_EARLIER_NAME)
    decided = seal(load_assignment(course, "box"), engine, Limits())
    program = instructor_program(decided, decided.notebooks["box"])
    assert failing_cells(decided.notebooks["box"], program, engine, Limits()) == set()


AN_OPEN_CELL_THAT_NEEDS_A_FUNCTION_OF_ANOTHER = [
    solution("counter", "class Counter:\n    n = 0"),
    grade_cell("other", "other = 3\nassert Counter.n == 0", 1),
    grade_cell("limit", "def limit(): return 3\nassert Counter.n < limit()", 1),
    grade_cell("subclass", "class Mine(Counter): pass\nassert Mine().n < limit()", 1),
]


def test_an_open_cell_opens_those_tests_alone_whose_names_it_reads(
    tmp_path: Path, engine: Engine
) -> None:
    course = make_course(tmp_path, box=AN_OPEN_CELL_THAT_NEEDS_A_FUNCTION_OF_ANOTHER)
    decided = seal(load_assignment(course, "box"), engine, Limits())
    assert decided.open_cells == {("box", "limit"), ("box", "subclass")}


class LuckyEngine(PickyEngine):
    """Passes every cell but one, which passes as luck has it."""

    def __init__(self, cell: str, *luck: bool) -> None:
        super().__init__()
        self.cell = cell
        self.luck = [*luck]

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        self.broken = "" if not self.luck or self.luck.pop(0) else self.cell
        return super().run(program, limits)


def test_a_test_that_depends_on_luck_opens_no_other(tmp_path: Path) -> None:
    assignment = load_assignment(make_course(tmp_path, square=SQUARE), "square")
    sealed, alone, in_company = False, False, True
    engine = LuckyEngine("cube-values", sealed, alone, in_company)
    assert seal(assignment, engine, Limits()).open_cells == {("square", "cube-values")}


A_CLASS_THAT_THE_ANSWER_PATCHES = [
    solution(
        "patch", "from shapes import Box, check\n\ndef area(self):\n    return 6\n\nBox.area = area"
    ),
    grade_cell("area", "from shapes import Box\nassert Box().area() == 6", 1),
    grade_cell("checked", "assert check(Box().area(), 6)", 1),
    grade_cell("plain", "import shapes\nassert shapes.check(1, 1)", 1),
]


def test_a_cell_borrows_classes_that_the_answer_changes_and_no_functions(
    tmp_path: Path, engine: Engine
) -> None:
    course = make_course(tmp_path, box=A_CLASS_THAT_THE_ANSWER_PATCHES)
    module = "class Box: pass\ndef check(left, right): return left == right"
    (course.source("box") / "shapes.py").write_text(module)
    decided = seal(load_assignment(course, "box"), engine, Limits())
    assert decided.open_cells == frozenset()
    assert decided.borrowing_cells == {("box", "area"), ("box", "checked")}
    program = instructor_program(decided, decided.notebooks["box"])
    cheat = (
        "import shapes\nshapes.check = lambda left, right: True\n"
        "class Box:\n    def area(self): return 5"
    )
    cheating = replace(
        program,
        cells=(replace(program.cells[0], source=f"{cheat}\nshapes.Box = Box"), *program.cells[1:]),
    )
    failing = failing_cells(decided.notebooks["box"], cheating, engine, Limits())
    assert failing == {"area", "checked"}


def test_what_tests_ask_of_the_reference_is_noted(tmp_path: Path, engine: Engine) -> None:
    cells = [
        solution(
            "box", "class Box:\n    def holds(self, x): return x == 3\ndef make(): return Box()"
        ),
        grade_cell("holds", "assert make().holds(3)", 1),
    ]
    decided = seal(load_assignment(make_course(tmp_path, box=cells), "box"), engine, Limits())
    assert decided.methods == frozenset({("box", "holds", "holds")})
