from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from autograder.assignment import load_assignment
from autograder.audit.handin import released_notebook
from autograder.check import CheckReport, check
from autograder.cli import app
from autograder.course import Course
from autograder.errors import NotebookError, OperatorError
from autograder.notebooks import dump_notebook
from tests.builders import RIGHT, SQUARE, make_course, nbgrader_cell, plain_cell


@pytest.fixture(scope="module")
def assigned(tmp_path_factory: pytest.TempPathFactory) -> Course:
    title = plain_cell("# Squares\n\nSquare it.", cell_id="title", cell_type="markdown")
    return make_course(tmp_path_factory.mktemp("check") / "course", square=[title, *SQUARE])


def handed_out(course: Course, answers: dict[str, str] | None = None) -> dict[str, Any]:
    return released_notebook(load_assignment(course, "square").notebooks["square"], answers)


def checked(tmp_path: Path, document: dict[str, Any]) -> CheckReport:
    path = tmp_path / "square.ipynb"
    path.write_bytes(dump_notebook(document))
    return check(path)


def statuses(report: CheckReport) -> list[str]:
    return [str(test.status) for test in report.tests]


def cell(document: dict[str, Any], grade_id: str) -> dict[str, Any]:
    cells: list[dict[str, Any]] = document["cells"]
    return next(
        one for one in cells if one["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def test_a_right_solution_passes(assigned: Course, tmp_path: Path) -> None:
    report = checked(tmp_path, handed_out(assigned, RIGHT))
    assert statuses(report) == ["passed", "passed"]
    assert report.passed
    assert report.problems == ()
    assert report.unanswered == ()
    assert report.tests[0].exercise == "Squares"


def test_a_question_without_an_answer_is_not_done(tmp_path: Path) -> None:
    # nbgrader's Validate button says so as well.
    report = CheckReport(tmp_path / "n.ipynb", tests=(), problems=(), unanswered=("Why?",))
    assert not report.passed


def test_a_wrong_one_fails_with_the_words_of_the_assert(assigned: Course, tmp_path: Path) -> None:
    wrong = {**RIGHT, "square": "def square(x):\n    return 2 * x"}
    report = checked(tmp_path, handed_out(assigned, wrong))
    assert statuses(report) == ["failed", "passed"]
    assert report.tests[0].message == "the square of 3 is wrong"
    assert not report.passed


def test_what_is_untouched_is_not_solved_yet(assigned: Course, tmp_path: Path) -> None:
    report = checked(tmp_path, handed_out(assigned, {"square": RIGHT["square"]}))
    assert statuses(report) == ["passed", "not solved yet"]
    assert report.unanswered == ("Squares",)
    assert report.problems == ()
    assert not report.passed


def test_a_changed_test_is_noticed(assigned: Course, tmp_path: Path) -> None:
    document = handed_out(assigned, RIGHT)
    cell(document, "square-values")["source"] = "assert True"
    report = checked(tmp_path, document)
    assert not report.passed
    assert len(report.problems) == 1
    assert "square-values) is read-only and was changed" in report.problems[0]


def test_a_cell_that_stands_twice_is_noticed_and_the_last_one_counts(
    assigned: Course, tmp_path: Path
) -> None:
    document = handed_out(assigned, RIGHT)
    wrong = {**cell(document, "cube"), "source": "def cube(x):\n    return x", "id": "copy"}
    document["cells"].insert(document["cells"].index(cell(document, "cube")) + 1, wrong)
    report = checked(tmp_path, document)
    assert statuses(report) == ["passed", "failed"]
    assert report.problems == ("the cell cube stands 2 times: only the last one counts",)


def test_a_missing_cell_is_noticed(assigned: Course, tmp_path: Path) -> None:
    document = handed_out(assigned, RIGHT)
    document["cells"].remove(cell(document, "cube-values"))
    report = checked(tmp_path, document)
    assert report.problems == (
        "the cell cube-values is missing: copy it back from the notebook handed out",
    )


def test_a_cell_that_stops_says_with_what(assigned: Course, tmp_path: Path) -> None:
    document = handed_out(assigned, {**RIGHT, "cube": "def cube(x)\n    return x"})
    report = checked(tmp_path, document)
    assert statuses(report) == ["passed", "failed"]
    assert "(cube) stops with SyntaxError" in report.problems[0]


def test_code_that_ends_python_is_named(assigned: Course, tmp_path: Path) -> None:
    document = handed_out(assigned, {**RIGHT, "cube": "import os\nos._exit(1)"})
    report = checked(tmp_path, document)
    assert "(cube) ended Python" in report.problems[0]
    assert statuses(report) == ["passed", "failed"]


def test_the_notebook_runs_where_it_lies(assigned: Course, tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("9")
    reads = {**RIGHT, "square": "def square(x):\n    return int(open('data.txt').read())"}
    assert statuses(checked(tmp_path, handed_out(assigned, reads)))[0] == "passed"


def test_a_test_without_a_visible_part_says_so(tmp_path: Path) -> None:
    course = make_course(
        tmp_path / "course",
        square=[
            nbgrader_cell("a", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", solution=True),
            nbgrader_cell(
                "t",
                "# Hidden\n### BEGIN HIDDEN TESTS\nassert x == 1\n### END HIDDEN TESTS",
                grade=True,
                locked=True,
                points=1,
            ),
        ],
    )
    report = checked(tmp_path, handed_out(course, {"a": "x = 1"}))
    assert statuses(report) == ["has hidden tests only"]
    assert report.tests[0].name == "Hidden"


def test_what_is_no_assignment_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(dump_notebook({"cells": [plain_cell("1", cell_id="a")], "nbformat": 4}))
    with pytest.raises(OperatorError, match="has no tests"):
        check(path)
    path.write_bytes(b"{")
    with pytest.raises(NotebookError, match="not JSON"):
        check(path)


def test_the_command_says_it_plainly(assigned: Course, tmp_path: Path) -> None:
    path = tmp_path / "square.ipynb"
    wrong = {"square": "def square(x):\n    return 2 * x"}
    path.write_bytes(dump_notebook(handed_out(assigned, wrong)))
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 1
    assert "FAILS  square-values" in result.stdout
    assert "the square of 3 is wrong" in result.stdout
    assert "not solved yet  cube-values" in result.stdout
    assert "There are hidden tests" in result.stdout
    path.write_bytes(dump_notebook(handed_out(assigned, RIGHT)))
    assert CliRunner().invoke(app, ["check", str(path)]).exit_code == 0
