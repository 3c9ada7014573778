"""Why a test failed is told without what the test computed."""

from __future__ import annotations

import pytest

from autograder.sealed.model import Cause, Origin
from tests.sealed.pair import graded


def cause(solution: str, test: str) -> Cause:
    failure = graded(solution, test)
    assert failure is not None
    assert failure.cause is not None
    return failure.cause


def test_the_words_of_an_assertion_are_the_authors() -> None:
    found = cause("def f(x): return x + 1", 'y = f(3)\nassert y == 3, f"f(3) is {y}, not 3"')
    assert found == Cause(Origin.AUTHOR, "AssertionError", "f(3) is 4, not 3")


def test_an_assertion_in_a_function_of_the_test_has_its_words() -> None:
    test = """
def check(a, b):
    if a != b:
        raise ValueError(f"{a} is not {b}")
check(f(), 2)
"""
    assert cause("def f(): return 1", test) == Cause(Origin.AUTHOR, "ValueError", "1 is not 2")


def test_what_a_library_says_of_both_sides_is_left_out() -> None:
    test = "import numpy as np\nnp.testing.assert_allclose(f(83125.5), 83126.5)"
    assert cause("def f(x): return x", test) == Cause(Origin.TEST, "AssertionError")


def test_words_that_the_author_gives_to_a_library_are_kept() -> None:
    test = "import numpy as np\nnp.testing.assert_allclose(f(83125.5), 1,\n  err_msg='f is wrong')"
    assert cause("def f(x): return x", test) == Cause(Origin.AUTHOR, "AssertionError", "f is wrong")


def test_an_exception_of_the_submission_tells_its_type_and_its_line() -> None:
    solution = "\n\ndef g(x):\n    raise KeyError(x)\ndef f(x):\n    return g(x)"
    assert cause(solution, "f(83125)") == Cause(Origin.SUBMISSION, "KeyError", "", ("cell0", 2))


def test_a_type_of_the_submissions_own_is_not_named() -> None:
    solution = "def f(x): raise type(f'Told{x}', (Exception,), {})()"
    found = cause(solution, "f(83125)")
    assert (found.origin, found.kind, found.words) == (Origin.SUBMISSION, "", "")


def test_words_that_repeat_an_exception_of_the_submission_are_left_out() -> None:
    test = (
        "try:\n    f(83125)\nexcept Exception as error:\n"
        "    raise AssertionError(f'your code raised {error}')"
    )
    found = cause("def f(x): raise ValueError(f'called with {x}')", test)
    assert found == Cause(Origin.TEST, "AssertionError")


@pytest.mark.parametrize(
    ("solution", "test", "words"),
    [
        ("f = 1\ndel f", "f(2)", "f is not defined."),
        ("def f(x): pass", "f(2) + 1", "None where a value is expected"),
        (
            "def f(x): pass",
            "import pytest\nwith pytest.raises(ValueError):\n    f(83125)",
            "No ValueError was raised",
        ),
    ],
)
def test_some_errors_explain_themselves(solution: str, test: str, words: str) -> None:
    found = cause(solution, test)
    assert found.origin is Origin.TEST
    assert words in found.words


def test_an_error_in_the_test_itself_tells_its_type_alone() -> None:
    assert cause("def f(x): return str(x)", "f(83125) + 1") == Cause(Origin.TEST, "TypeError")
