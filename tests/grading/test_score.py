from __future__ import annotations

import pytest

from autograder.assignment import AssignmentCell, CellKind
from autograder.grading.score import score_cell
from autograder.grading.verdict import CellVerdict, Status
from autograder.sealed.model import CellResult, CellStatus, Failure

CELL = AssignmentCell(
    cell_id="q1",
    grade_id="q1",
    kind=CellKind.GRADE,
    cell_type="code",
    points=4,
    reference="",
    master="",
    release="",
    metadata={},
)
STDERR = {"output_type": "stream", "name": "stderr", "text": "UserWarning: slow"}


def verdict(status: CellStatus = CellStatus.OK, **fields: object) -> CellVerdict:
    return score_cell("nb", CELL, CellResult("q1", status, **fields))  # type: ignore[arg-type]  # of several types


def test_a_test_that_ran_through_earns_its_points() -> None:
    assert (verdict().status, verdict().points) == (Status.PASSED, 4)


def test_a_warning_costs_nothing() -> None:
    assert verdict(outputs=(STDERR,)).points == 4


def test_no_result_earns_nothing() -> None:
    missing = score_cell("nb", CELL, None)
    assert (missing.status, missing.points) == (Status.NOT_RUN, 0)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (CellStatus.NOT_RUN, Status.NOT_RUN),
        (CellStatus.TIMEOUT, Status.TIMEOUT),
        (CellStatus.MEMORY, Status.MEMORY),
        (CellStatus.CRASHED, Status.CRASHED),
        (CellStatus.ERROR, Status.ERROR),
    ],
)
def test_nothing_but_ok_earns_points(status: CellStatus, expected: Status) -> None:
    result = verdict(status, returned="4")
    assert (result.status, result.points) == (expected, 0)
    assert result.message


def test_an_exception_beats_a_status_that_says_ok() -> None:
    result = verdict(failure=Failure("AssertionError", "no"))
    assert (result.status, result.points) == (Status.FAILED, 0)


@pytest.mark.parametrize(
    ("returned", "points", "status"),
    [
        ("4", 4, Status.PASSED),
        ("4.0", 4, Status.PASSED),
        ("1.5", 1.5, Status.PARTIAL),
        ("0", 0, Status.FAILED),
    ],
)
def test_partial_credit_is_the_number_shown(returned: str, points: float, status: Status) -> None:
    result = verdict(returned=returned)
    assert (result.points, result.status, result.author_note) == (points, status, "")


@pytest.mark.parametrize(
    "returned", ["-1", "4.01", "nan", "inf", "-inf", "1e999", "True", "False", "'4'", "", "x" * 500]
)
def test_a_result_that_is_no_credit_earns_nothing_and_tells_the_author(returned: str) -> None:
    result = verdict(returned=returned)
    assert (result.status, result.points) == (Status.ERROR, 0)
    assert "partial credit" in result.author_note
    assert "partial credit" not in result.message
    assert len(result.author_note) < 400


def test_the_message_of_an_assert_is_for_the_student() -> None:
    result = verdict(CellStatus.ERROR, failure=Failure("AssertionError", "the mask is ignored"))
    assert (result.status, result.message) == (Status.FAILED, "the mask is ignored")


def test_other_errors_say_their_type() -> None:
    result = verdict(CellStatus.ERROR, failure=Failure("NameError", "name 'f' is not defined"))
    assert (result.status, result.message) == (Status.ERROR, "NameError: name 'f' is not defined")


def test_messages_are_plain_text_of_bounded_length() -> None:
    result = verdict(
        CellStatus.ERROR,
        failure=Failure("AssertionError", "\x1b[31mred\x1b[0m\x07\r" + "x" * 9_999),
    )
    assert result.message.startswith("redxx")
    assert len(result.message) == 2_000
