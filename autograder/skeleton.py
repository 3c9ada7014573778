"""A new assignment to start from: a notebook whose tests already pass their audit."""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

from autograder.course import Course, check_name
from autograder.errors import OperatorError
from autograder.formatting import format_notebook
from autograder.notebooks import dump_notebook

__all__ = ["FUNCTION", "NewAssignment", "new_assignment"]

FUNCTION: Final = "square"
"""What students write in the skeleton, if nobody says otherwise."""

_CONFIGURATION = '''\
"""The configuration of this course, for `nbgrader` and for `autograder`."""

from autograder.plugins import configure

c = get_config()  # noqa: F821 - traitlets provides it

# The name of the course in the gradebook and in the exchange.
c.CourseDirectory.course_id = {course}

configure(c)
'''
_TITLE = """\
# {title}

What this assignment is about, in a paragraph.

Write your code where it says `YOUR CODE HERE`. The cell below each exercise holds tests that you
can run; when your work is graded, more tests of the same idea run.
"""
_SETUP = "import torch\nfrom torch import Tensor"
_EXERCISE = """\
## Exercise 1

The idea in a paragraph, and the formula with the paper that it comes from.
"""
_SOLUTION = '''\
def {function}(x: Tensor) -> Tensor:
    """The square of every number.

    Args:
        x: any shape, floating.

    Returns:
        The squares, with the shape and dtype of `x`.
    """
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION
'''
_TESTS = """\
# Exercise 1: values
x = torch.tensor([1.0, -2.0, 3.0])
torch.testing.assert_close({function}(x), torch.tensor([1.0, 4.0, 9.0]))
### BEGIN HIDDEN TESTS
from autograder import checks

for seed, shape in enumerate([(5,), (2, 3), (4, 3)]):
    x = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    checks.close({function}(x), x.pow(2), f"{function} of numbers of shape {{shape}}")
checks.gradients({function}, {{"x": x}}, "{function}")
### END HIDDEN TESTS
"""
_QUESTION = "## Question 1\n\nSomething that only words can answer."
_ANSWER = """\
YOUR ANSWER HERE
### BEGIN MARK SCHEME
1 point for each of these: ...
### END MARK SCHEME
"""
_MUTANT = """\
# mistake: The numbers are doubled.
# fails: {exercise}-values
# %% {exercise}
def {function}(x):
    return x + x
"""
_ALTERNATIVE = """\
# style: A power instead of a product.
# %% {exercise}
def {function}(x):
    return torch.pow(x, 2)
"""


@final
@dataclass(frozen=True, slots=True)
class NewAssignment:
    """What was written.

    Args:
        name: of the assignment.
        root: the course directory.
        files: below it.
    """

    name: str
    root: Path
    files: tuple[Path, ...]


def new_assignment(root: Path, name: str, function: str = FUNCTION) -> NewAssignment:
    """Write a small assignment that can be audited and released as it is, to be changed.

    Args:
        root: the course directory; one without a configuration gets one.
        name: of the assignment.
        function: what students write.

    Raises:
        OperatorError: the assignment is there already, or a name is none.
    """
    check_name("an assignment", name)
    if not function.isidentifier() or keyword.iskeyword(function):
        raise OperatorError(f"{function!r} cannot be the name of a function in Python")
    root = root.resolve()
    configuration = root / "nbgrader_config.py"
    configured = configuration.is_file()
    course = Course.open(root)
    source, variants = course.source(name), course.variants(name)
    for folder in (source, variants):
        if folder.exists():
            raise OperatorError(f"there is a {folder} already; choose another name")
    words = {
        "course": repr(root.name),
        "title": name[:1].upper() + name[1:].replace("-", " ").replace("_", " "),
        "function": function,
        "exercise": function.replace("_", "-"),
    }
    files = {
        source / f"{name}.ipynb": _notebook(words),
        variants / "mutants" / "doubled.py": _MUTANT.format(**words).encode(),
        variants / "alternatives" / "power.py": _ALTERNATIVE.format(**words).encode(),
    }
    if not configured:
        files = {configuration: _CONFIGURATION.format(**words).encode(), **files}
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return NewAssignment(name, root, tuple(path.relative_to(root) for path in files))


def _notebook(words: dict[str, str]) -> bytes:
    exercise = words["exercise"]
    cells = [
        _cell("title", _TITLE, "markdown", locked=True),
        _cell("setup", _SETUP, locked=True),
        _cell("exercise-1", _EXERCISE, "markdown", locked=True),
        _cell(exercise, _SOLUTION, solution=True),
        _cell(f"{exercise}-values", _TESTS, grade=True, locked=True, points=2),
        _cell("question-1", _QUESTION, "markdown", locked=True),
        _cell("answer-1", _ANSWER, "markdown", grade=True, solution=True, points=1),
    ]
    for cell in cells:
        cell["source"] = cell["source"].format(**words).strip()
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return format_notebook(dump_notebook(document))


def _cell(
    grade_id: str,
    source: str,
    cell_type: str = "code",
    *,
    grade: bool = False,
    locked: bool = False,
    solution: bool = False,
    points: float | None = None,
) -> dict[str, Any]:
    nbgrader: dict[str, Any] = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        nbgrader["points"] = points
    return {"cell_type": cell_type, "metadata": {"nbgrader": nbgrader}, "source": source}
