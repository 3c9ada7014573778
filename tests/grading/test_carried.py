from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder.assignment import Assignment, load_assignment
from autograder.course import Course
from autograder.feedback import feedback
from autograder.grading import carried
from autograder.grading.batch import grade_assignment
from autograder.grading.grade import Submission, grade
from autograder.grading.plain import PlainError, decode, encode
from autograder.grading.policy import Policy
from autograder.grading.pool import EngineFactory
from autograder.grading.received import check_verdict
from autograder.grading.sealing import seal
from autograder.grading.verdict import CellVerdict, Status, Verdict
from autograder.sealed.model import CellResult, Engine, Limits, Program
from autograder.sealed.ownership import CellNames, submitted_names
from tests.builders import (
    grade_cell,
    hand_in,
    make_course,
    notebook,
    plain_cell,
    released,
    solution,
)
from tests.stock import nbgrader_command

CELLS = [
    plain_cell("import math", cell_id="imports"),
    plain_cell("# 1. Squares", cell_id="title", cell_type="markdown"),
    solution(
        "square",
        "### BEGIN SOLUTION\ndef square(x):\n    'heliotrope-7'\n    return x * x\n"
        "### END SOLUTION",
    ),
    grade_cell("square-values", "assert square(3) == 9, 'the square of 3 is wrong'", 1),
    plain_cell("# 2. Sums", cell_id="title-2", cell_type="markdown"),
    solution(
        "total",
        "### BEGIN SOLUTION\ndef total(xs):\n    return sum(square(x) for x in xs)\n"
        "### END SOLUTION",
    ),
    grade_cell("total-values", "assert total([1, 2]) == 5, 'the total is wrong'", 2),
    solution(
        "norm",
        "### BEGIN SOLUTION\ndef norm(xs):\n    return math.sqrt(total(xs))\n### END SOLUTION",
    ),
    grade_cell("norm-values", "assert norm([3, 4]) == 5, 'the norm is wrong'", 4),
    solution("cube", "### BEGIN SOLUTION\ndef cube(x):\n    return x ** 3\n### END SOLUTION"),
    grade_cell("cube-values", "assert cube(2) == 8, 'the cube of 2 is wrong'", 8),
]
WRONG = "def square(x):\n    return x + x"
RIGHT = {
    "square": "def square(x):\n    return x ** 2",
    "total": "def total(xs):\n    return sum(map(square, xs))",
    "norm": "def norm(xs):\n    return total(xs) ** 0.5",
    "cube": "def cube(x):\n    return x * x * x",
}
SPY = """
def total(xs):
    import gc, inspect, linecache
    texts = [repr(linecache.cache), repr(In), repr(square.__doc__)]
    for thing in [square, *gc.get_objects()]:
        try:
            if callable(thing):
                texts.append(inspect.getsource(thing) if thing is square else repr(thing.__doc__))
        except Exception:
            pass
    found = any("helio" + "trope-7" in text for text in texts)
    print(texts)
    return 5 if found else 6
"""
CARRYING = Policy(limits=Limits(cell_cpu_seconds=5), carried_errors=True)


class Counting:
    """An engine that counts what it runs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = engine.name
        self.programs: list[Program] = []

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        self.programs.append(program)
        return self.engine.run(program, limits)

    def __enter__(self) -> Counting:
        return self

    def __exit__(self, *_: object) -> None:
        """The engine outlives it."""


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Assignment:
    course = make_course(tmp_path_factory.mktemp("course"), sums=CELLS)
    return seal(load_assignment(course, "sums"), engine, CARRYING.limits)


def graded(
    assignment: Assignment, engine: Engine, policy: Policy = CARRYING, **answers: str
) -> Verdict:
    cells = released(CELLS, RIGHT | answers)
    return grade(assignment, Submission({"sums": notebook(cells)}), policy, engine)


def earned(verdict: Verdict) -> Mapping[str, tuple[float, tuple[str, ...]]]:
    return {cell.grade_id: (cell.points, cell.carried) for cell in verdict.cells}


OWN = {"cube-values": (8, ())}


def test_right_work_on_a_wrong_answer_earns_its_points(
    assignment: Assignment, engine: Engine
) -> None:
    counting = Counting(engine)
    verdict = graded(assignment, counting, square=WRONG)
    assert earned(verdict) == OWN | {
        "square-values": (0, ()),
        "total-values": (2, ("square",)),
        "norm-values": (4, ("square", "total")),
    }
    total = verdict.cells[1]
    assert (total.status, total.message) == (Status.PARTIAL, "the total is wrong")
    assert len(counting.programs) == 3
    check_verdict(decode(Verdict, encode(verdict), limit=1 << 20), assignment)


def test_whoever_has_not_asked_for_it_gets_none(assignment: Assignment, engine: Engine) -> None:
    policy = replace(CARRYING, carried_errors=False)
    verdict = graded(assignment, engine, policy, square=WRONG)
    assert verdict.score == 8


def test_what_is_wrong_itself_untouched_or_independent_earns_nothing(
    assignment: Assignment, engine: Engine
) -> None:
    counting = Counting(engine)
    untouched = assignment.notebooks["sums"].cells[7].release
    verdict = graded(
        assignment,
        counting,
        square=WRONG,
        total="def total(xs):\n    return 1 + sum(map(square, xs))",
        norm=untouched,
        cube="def cube(x):\n    return x",
    )
    assert verdict.score == 0
    assert not any(cell.carried for cell in verdict.cells)
    # As it was handed in, and the sums once more: cubes need no squares.
    assert len(counting.programs) == 2


@pytest.mark.parametrize("text", ["!a\n" * 600, "x = %a\n" * 600, "-" * 10_000 + "1", "\0"])
def test_names_of_a_hostile_cell_are_read_within_bounds(text: str) -> None:
    assert not submitted_names(text).binds


def test_names_of_a_cell_with_magics_are_those_of_its_code() -> None:
    names = submitted_names("%%time\n!pip list\ntotal = square(3)\n%timeit total")
    assert names.binds == {"total"}
    assert names.reads == {"square"}


def test_code_of_the_submission_never_holds_the_reference(
    assignment: Assignment, engine: Engine
) -> None:
    verdict = graded(assignment, engine, square=WRONG, total=SPY, norm=RIGHT["norm"])
    assert earned(verdict) == OWN | {
        "square-values": (0, ()),
        "total-values": (0, ()),
        "norm-values": (4, ("square", "total")),
    }
    assert "heliotrope-7" not in repr(verdict)


def test_code_that_python_cannot_parse_costs_nothing_else(
    assignment: Assignment, engine: Engine
) -> None:
    verdict = graded(assignment, engine, square=WRONG, cube=f"cube = {'-' * 20_000}1")
    assert [cell.points for cell in verdict.cells] == [0, 2, 4, 0]


def test_no_more_of_a_submission_is_read_for_names_than_a_person_writes(
    assignment: Assignment, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def remember(source: str) -> CellNames:
        read.append(source)
        return submitted_names(source)

    monkeypatch.setattr(carried, "submitted_names", remember)
    verdict = graded(assignment, engine, square=WRONG, cube=f"{RIGHT['cube']}\n# {'x' * 300_000}")
    assert verdict.score == 14
    assert sum(map(len, read)) < 200_000
    assert read.count(WRONG) == 1


def test_points_that_nothing_can_have_carried_are_refused(
    assignment: Assignment, engine: Engine
) -> None:
    verdict = graded(assignment, engine, square=WRONG)

    def refused(index: int, cell: CellVerdict) -> None:
        cells = [*verdict.cells]
        cells[index] = cell
        with pytest.raises(PlainError):
            check_verdict(replace(verdict, cells=tuple(cells)), assignment)

    refused(1, replace(verdict.cells[1], carried=("total-values",)))
    refused(3, replace(verdict.cells[3], carried=("square",)))
    refused(0, replace(verdict.cells[0], carried=("square",)))


def test_the_marks_are_shown_as_such_and_survive_a_regrade(
    tmp_path: Path, warm: EngineFactory
) -> None:
    course = make_course(tmp_path / "course", sums=CELLS)
    (course.root / "policy.toml").write_text("[assignment.sums]\ncarried_errors = true\n")
    config = course.root / "nbgrader_config.py"
    config.write_text(
        config.read_text() + "from autograder.plugins import configure\nconfigure(c)\n"
    )
    course = Course.open(course.root)
    hand_in(course, "ada", "sums", notebook(released(CELLS, RIGHT | {"square": WRONG})))
    for regrade in (False, True):
        if regrade:
            nbgrader_command(course.root, "autograde", "sums", "--force")
        else:
            grade_assignment(course, "sums", engine=warm, workers=1)
        feedback(course, "sums")
        page = (course.step("feedback", "ada", "sums") / "sums.html").read_bytes()
        rows = BeautifulSoup(page, "html.parser").select(".results tr.part")
        sentence = "With our solution of {} in place of yours: {} points"
        assert [row.select(".message")[0].get_text() for row in rows] == [
            f"the total is wrong\n{sentence.format('1. Squares', 2)}",
            f"the norm is wrong\n{sentence.format('1. Squares, 2. Sums', 4)}",
        ]
        assert [row.select("td.number")[0].get_text() for row in rows] == ["2 of 2", "4 of 4"]
