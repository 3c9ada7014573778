from __future__ import annotations

import json
from typing import Any

import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.grading.grade import Submission, grade, instructor_program
from autograder.grading.policy import Policy
from autograder.grading.verdict import Status, SubmissionStatus, Verdict
from autograder.sealed.model import CellStatus, Engine, Limits
from tests.builders import RIGHT, SQUARE, Cell, make_course, notebook, plain_cell, released

POLICY = Policy(limits=Limits(cell_cpu_seconds=2, cell_wall_seconds=10))


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    course = make_course(tmp_path_factory.mktemp("course"), square=SQUARE)
    (course.source("square") / "data.txt").write_text("from the instructor")
    return load_assignment(course, "square")


def graded(assignment: Assignment, engine: Engine, cells: list[Cell], **files: bytes) -> Verdict:
    return grade(assignment, Submission({"square": notebook(cells)}, files), POLICY, engine)


def statuses(verdict: Verdict) -> dict[str, Status]:
    return {cell.grade_id: cell.status for cell in verdict.cells}


def test_right_answers_earn_all_automatic_points(assignment: Assignment, engine: Engine) -> None:
    verdict = graded(assignment, engine, released(SQUARE, RIGHT))
    assert verdict.status is SubmissionStatus.GRADED
    assert (verdict.score, verdict.max_score) == (3, 6)
    assert statuses(verdict)["why"] is Status.MANUAL
    assert verdict.needs_manual_grade
    assert verdict.engine == engine.name


def test_the_untouched_release_earns_nothing(assignment: Assignment, engine: Engine) -> None:
    cells = released(SQUARE)
    for cell, original in zip(cells, assignment.notebooks["square"].cells, strict=True):
        cell["source"] = original.release
    verdict = graded(assignment, engine, cells)
    assert verdict.score == 0
    assert not verdict.needs_manual_grade
    assert verdict.unanswered == (("square", "square"), ("square", "cube"), ("square", "why"))


def test_one_wrong_answer_costs_its_own_points_only(assignment: Assignment, engine: Engine) -> None:
    answers = RIGHT | {"square": "def square(x):\n    return 9"}
    verdict = graded(assignment, engine, released(SQUARE, answers))
    assert statuses(verdict) == {
        "square-values": Status.FAILED,
        "cube-values": Status.PASSED,
        "why": Status.MANUAL,
    }
    assert verdict.cells[0].message == "some squares are wrong"


def test_warnings_cost_nothing(assignment: Assignment, engine: Engine) -> None:
    noisy = (
        "import sys, warnings\n"
        "def square(x):\n"
        "    warnings.warn('slow')\n"
        "    print('progress', file=sys.stderr)\n"
        "    return x * x"
    )
    assert graded(assignment, engine, released(SQUARE, RIGHT | {"square": noisy})).score == 3


def test_an_endless_loop_costs_its_own_cell(assignment: Assignment, engine: Engine) -> None:
    endless = "def square(x):\n    while True:\n        pass"
    verdict = graded(assignment, engine, released(SQUARE, RIGHT | {"square": endless}))
    assert statuses(verdict)["square-values"] is Status.TIMEOUT
    assert statuses(verdict)["cube-values"] is Status.PASSED


def test_a_missing_notebook_is_quarantined_with_the_names(
    assignment: Assignment, engine: Engine
) -> None:
    verdict = grade(assignment, Submission({"Homework (1)": b"{}"}), POLICY, engine)
    assert verdict.status is SubmissionStatus.QUARANTINED
    assert "square.ipynb" in verdict.reason
    assert "Homework (1).ipynb" in verdict.reason
    assert {cell.status for cell in verdict.cells} == {Status.NOT_RUN}
    assert (verdict.score, verdict.max_score) == (0, 6)


def test_a_notebook_under_another_name_is_found_if_there_is_one(
    assignment: Assignment, engine: Engine
) -> None:
    right = notebook(released(SQUARE, RIGHT))
    other = notebook([plain_cell("x = 1", cell_id="mine")])
    submission = Submission({"Homework (1)": right, "scratch": other, "broken": b"{"})
    verdict = grade(assignment, submission, POLICY, engine)
    assert (verdict.status, verdict.score) == (SubmissionStatus.GRADED, 3)
    assert [(repair.notebook, repair.what) for repair in verdict.repairs] == [
        ("square", "the notebook was handed in as Homework (1).ipynb")
    ]
    twice = Submission({"Homework (1)": right, "Homework (2)": notebook(released(SQUARE))})
    assert grade(assignment, twice, POLICY, engine).status is SubmissionStatus.QUARANTINED


def test_broken_json_is_quarantined_with_file_and_remedy(
    assignment: Assignment, engine: Engine
) -> None:
    verdict = grade(assignment, Submission({"square": b'{"cells": ['}), POLICY, engine)
    assert verdict.status is SubmissionStatus.QUARANTINED
    assert verdict.reason.startswith("square.ipynb: it is not JSON (line 1")
    assert "hand it in" in verdict.reason


def test_too_many_files_are_quarantined(assignment: Assignment, engine: Engine) -> None:
    submission = Submission(
        {"square": notebook(released(SQUARE, RIGHT))}, {"big.bin": bytes(2_000)}
    )
    verdict = grade(assignment, submission, Policy(file_bytes=1_000), engine)
    assert verdict.status is SubmissionStatus.QUARANTINED
    assert "1,000 bytes" in verdict.reason


def test_the_instructors_files_win(assignment: Assignment, engine: Engine) -> None:
    reader = plain_cell("print(open('data.txt').read(), open('own.txt').read())", cell_id="read")
    verdict = graded(
        assignment,
        engine,
        [*released(SQUARE, RIGHT), reader],
        **{"data.txt": b"forged", "own.txt": b"mine"},
    )
    text = verdict.notebooks["square"].decode()
    assert "from the instructor mine" in text
    assert "forged" not in text


def test_the_autograded_notebook_is_what_nbgrader_expects(
    assignment: Assignment, engine: Engine
) -> None:
    verdict = graded(assignment, engine, released(SQUARE, RIGHT))
    document: dict[str, Any] = json.loads(verdict.notebooks["square"])
    by_id = {cell["id"]: cell for cell in document["cells"]}
    metadata = by_id["square-values"]["metadata"]["nbgrader"]
    assert (metadata["grade"], metadata["points"], metadata["locked"]) == (True, 2, True)
    assert by_id["square"]["outputs"] == []
    assert [cell["execution_count"] for cell in document["cells"] if "outputs" in cell] == [
        1,
        2,
        3,
        4,
        5,
    ]


def test_the_reference_runs_as_a_program(assignment: Assignment, engine: Engine) -> None:
    program = instructor_program(assignment, assignment.notebooks["square"])
    results = engine.run(program, POLICY.limits)
    assert {result.status for result in results} == {CellStatus.OK}
    assert [result.id for result in results] == [cell.id for cell in program.cells]
