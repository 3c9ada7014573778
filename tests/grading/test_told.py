from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.grading.score import NOT_SOLVED, decide
from autograder.grading.told import told
from autograder.sealed.model import Cause, CellResult, CellStatus, Failure, Origin

SECRET = "83125"
SOURCES = {"solve": "\n\ndef f(x):\n    raise ValueError(x)\n"}


def failure(cause: Cause | None) -> Failure:
    return Failure("ValueError", f"called with {SECRET}", (SECRET,), cause)


@pytest.mark.parametrize(
    "cause",
    [
        None,
        Cause(Origin.AUTHOR),
        Cause(Origin.SUBMISSION),
        Cause(Origin.SUBMISSION, "ValueError", "", ("solve", int(SECRET))),
        Cause(Origin.SUBMISSION, "ValueError", "", (SECRET, 1)),
        Cause(Origin.TEST, "AssertionError"),
        Cause(Origin.TEST),
    ],
)
def test_no_text_of_the_failure_is_repeated(cause: Cause | None) -> None:
    message = told(failure(cause), SOURCES)
    assert message
    assert SECRET not in message


def test_a_line_of_the_submissions_own_is_shown() -> None:
    cause = Cause(Origin.SUBMISSION, "ValueError", "", ("solve", 2))
    assert "ValueError at this line of it:\nraise ValueError(x)\n" in told(failure(cause), SOURCES)


def test_the_words_of_the_author_are_shown() -> None:
    assert told(failure(Cause(Origin.AUTHOR, words="f is wrong")), {}) == "f is wrong"
    assert told(failure(Cause(Origin.SUBMISSION, "NotImplementedError")), {}) == NOT_SOLVED


def test_before_hidden_lines_run_the_whole_text_is_shown() -> None:
    result = CellResult("t", CellStatus.ERROR, failure=failure(Cause(Origin.SUBMISSION)))
    assert decide(1, result)[2] == f"ValueError: called with {SECRET}"
    assert SECRET not in decide(1, replace(result, exposed=True))[2]
