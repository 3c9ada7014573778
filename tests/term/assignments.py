"""Four small assignments whose cells cost next to nothing, and answers whose points are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.builders import Cell, grade_cell, locked, plain_cell, solution, written

__all__ = ["ASSIGNMENTS", "Exercise", "Work", "source_cells"]


@dataclass(frozen=True)
class Exercise:
    """One answer cell and its test.

    Args:
        name: of the function, and of the answer cell; the test is `<name>-values`.
        points: of the test.
        right: an answer that earns them.
        wrong: one that passes what students see and not what is hidden.
        visible: the test as released.
        hidden: the rest of it.
    """

    name: str
    points: int
    right: str
    wrong: str
    visible: str
    hidden: str

    @property
    def test(self) -> str:
        """The test cell's id."""
        return f"{self.name}-values"


@dataclass(frozen=True)
class Work:
    """One assignment: two exercises, and perhaps a written question worth `written` points."""

    name: str
    exercises: tuple[Exercise, Exercise]
    written: int = 0

    @property
    def most(self) -> int:
        """All points."""
        return sum(exercise.points for exercise in self.exercises) + self.written


def _function(name: str, arguments: str, body: str) -> str:
    return f"def {name}({arguments}):\n    {body}"


ASSIGNMENTS: Mapping[str, Work] = {
    work.name: work
    for work in (
        Work(
            "areas",
            (
                Exercise(
                    "area",
                    3,
                    _function("area", "a, b", "return a * b"),
                    _function("area", "a, b", "return 6"),
                    "assert area(2, 3) == 6, 'two by three is six'",
                    "assert area(4, 5) == unit * 20, 'another rectangle is wrong'",
                ),
                Exercise(
                    "volume",
                    2,
                    _function("volume", "a", "return a ** 3"),
                    _function("volume", "a", "return 4 * a"),
                    "assert volume(2) == 8, 'the cube of two is eight'",
                    "assert volume(5) == 125, 'another cube is wrong'",
                ),
            ),
        ),
        Work(
            "lists",
            (
                Exercise(
                    "total",
                    4,
                    _function("total", "values", "return sum(values)"),
                    _function("total", "values", "return 6"),
                    "assert total([1, 2, 3]) == 6, 'one, two and three are six'",
                    "assert total([]) == 0, 'nothing adds up to nothing'",
                ),
                Exercise(
                    "largest",
                    2,
                    _function("largest", "values", "return max(values)"),
                    _function("largest", "values", "return 3"),
                    "assert largest([3, 1]) == 3, 'three is larger than one'",
                    "assert largest([5, 2]) == 5, 'five is larger than two'\n"
                    "assert type(largest([5, 2])) is int, 'a number of another type'",
                ),
            ),
            written=4,
        ),
        Work(
            "words",
            (
                Exercise(
                    "shout",
                    3,
                    _function("shout", "text", "return text.upper()"),
                    _function("shout", "text", "return 'AB'"),
                    "assert shout('ab') == 'AB', 'all letters are capitals'",
                    "assert shout('李x') == '李X', 'other letters stay'",
                ),
                Exercise(
                    "vowels",
                    2,
                    _function("vowels", "text", "return sum(c in 'aeiou' for c in text)"),
                    _function("vowels", "text", "return 2"),
                    "assert vowels('banal') == 2, 'banal has two'",
                    "assert vowels('try') == 0, 'try has none'",
                ),
            ),
        ),
        Work(
            "records",
            (
                Exercise(
                    "oldest",
                    3,
                    _function("oldest", "ages", "return max(ages, key=ages.get)"),
                    _function("oldest", "ages", "return next(iter(ages))"),
                    "assert oldest({'b': 9, 'a': 1}) == 'b', 'b is older'",
                    "assert oldest({'a': 1, 'b': 9}) == 'b', 'the order does not matter'",
                ),
                Exercise(
                    "names",
                    2,
                    _function("names", "ages", "return sorted(ages)"),
                    _function("names", "ages", "return list(ages)"),
                    "assert names({'a': 1}) == ['a'], 'one name'",
                    "assert names({'b': 1, 'a': 2}) == ['a', 'b'], 'names are sorted'",
                ),
            ),
        ),
    )
}

MENDED = (
    "assert largest([1, 2, 9]) == 9, 'the last may be the largest'\n"
    "assert largest([5, 2]) == 5, 'five is larger than two'"
)
"""The hidden test of `largest` after its author saw that it asks for too much and too little."""

FLOAT = _function("largest", "values", "return float(max(values))")
"""Fails the hidden test as it was, which was at fault."""

FIRST = _function("largest", "values", "return values[0]")
"""Passes the hidden test as it was, which overlooked it."""


def source_cells(work: Work, *, mended: bool = False) -> list[Cell]:
    """The instructor's notebook."""
    cells = [
        plain_cell(f"# {work.name}", cell_id="title", cell_type="markdown"),
        locked("helpers", "unit = 1"),
    ]
    for exercise in work.exercises:
        signature, _, body = exercise.right.partition("\n")
        hidden = MENDED if mended and exercise.name == "largest" else exercise.hidden
        cells += [
            plain_cell(
                f"## {exercise.name}", cell_id=f"{exercise.name}-text", cell_type="markdown"
            ),
            solution(
                exercise.name,
                f"{signature}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION",
            ),
            grade_cell(
                exercise.test,
                f"# The function {exercise.name}\n{exercise.visible}\n### BEGIN HIDDEN TESTS\n"
                f"{hidden}\n### END HIDDEN TESTS",
                exercise.points,
            ),
        ]
    if work.written:
        cells += [
            plain_cell("## Why?", cell_id="question", cell_type="markdown"),
            written(
                "why",
                "YOUR ANSWER HERE\n### BEGIN MARK SCHEME\nFour points.\n### END MARK SCHEME",
                work.written,
            ),
        ]
    return cells
