"""The moment in which hidden lines of a test begin to run."""

from __future__ import annotations

import ast
import contextlib

import pytest

from autograder.sealed.exposure import NOTICE, Exposure


def seen_after(source: str, *hidden: int) -> bool:
    """Whether running the source, up to its end or an error, runs one of its hidden lines."""
    exposure = Exposure()
    exposure.begin(source, hidden)
    if exposure.seen:
        return True
    tree = exposure.visit(ast.parse(source.lstrip("\n")))
    with contextlib.suppress(ZeroDivisionError):
        exec(compile(tree, "cell", "exec"), {NOTICE: exposure.notice})
    return exposure.seen


def test_without_hidden_lines_nothing_is_seen() -> None:
    assert not seen_after("x = 1\nfor i in range(3):\n    x += i")


@pytest.mark.parametrize(
    ("source", "hidden"),
    [
        ("x = 1\ny = 2", 2),
        ("for i in range(2):\n    x = i\n    y = i", 3),
        ("def f():\n    x = 1\n    y = 2\nf()", 3),
        ("x = [\n  1,\n  2,\n]", 3),
        ("if False:\n    pass\nelse:\n    y = 2", 4),
        ("try:\n    1 / 0\nexcept ZeroDivisionError:\n    y = 2", 4),
        ("@staticmethod\ndef f(): pass", 1),
        ("\n\nx = 1\ny = 2", 4),
        ("match 1:\n    case 1:\n        y = 2", 3),
    ],
)
def test_a_hidden_line_that_runs_is_seen(source: str, hidden: int) -> None:
    assert seen_after(source, hidden)


@pytest.mark.parametrize(
    ("source", "hidden"),
    [
        ("1 / 0\ny = 2", 2),
        ("def f():\n    x = 1 / 0\n    y = 2\nf()", 3),
        ("for i in range(2):\n    1 / i\n    y = i", 3),
        ("\n\n1 / 0\ny = 2", 4),
        ("if False:\n    y = 2\nx = 1", 2),
    ],
)
def test_a_hidden_line_that_does_not_run_is_not_seen(source: str, hidden: int) -> None:
    assert not seen_after(source, hidden)


@pytest.mark.parametrize("source", ["%%time\nx = 1\ny = 2", "!ls \\\n  -l\nx = 1\ny = 2"])
def test_where_lines_move_all_of_the_cell_counts_as_hidden(source: str) -> None:
    exposure = Exposure()
    exposure.begin(source, [len(source.split("\n"))])
    assert exposure.seen
