"""The lines that begin and end what students do not get to see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

__all__ = ["Marker", "Markers"]


@final
@dataclass(frozen=True, slots=True)
class Marker:
    """A pair of delimiters; a line that contains one is a marker line, as in nbgrader."""

    begin: str
    end: str

    def faults(self, source: str) -> Iterator[str]:
        """What is wrong with the nesting of the pair, in words."""
        opened = 0
        for number, line in enumerate(source.split("\n"), start=1):
            if self.begin in line:
                if opened:
                    yield f"line {number} has {self.begin!r} inside the one of line {opened}"
                opened = number
            elif self.end in line:
                if not opened:
                    yield f"line {number} has {self.end!r} without {self.begin!r} before it"
                opened = 0
        if opened:
            yield f"line {opened} has {self.begin!r} without {self.end!r} after it"

    def regions(self, source: str) -> list[str]:
        """The texts between the delimiters; one that is never ended goes to the end."""
        found: list[str] = []
        inside: list[str] | None = None
        for line in source.split("\n"):
            if self.begin in line:
                if inside is not None:
                    found.append("\n".join(inside))
                inside = []
            elif self.end in line:
                if inside is not None:
                    found.append("\n".join(inside))
                inside = None
            elif inside is not None:
                inside.append(line)
        return found if inside is None else [*found, "\n".join(inside)]

    def without(self, source: str) -> str:
        """The text outside the delimiters; one that is never ended hides all that follows."""
        kept = []
        hidden = False
        for line in source.split("\n"):
            if self.begin in line:
                hidden = True
            elif self.end in line:
                hidden = False
            elif not hidden:
                kept.append(line)
        return "\n".join(kept)

    def occurs(self, source: str) -> bool:
        """Whether either delimiter stands in the text."""
        return self.begin in source or self.end in source


@final
@dataclass(frozen=True, slots=True)
class Markers:
    """The delimiters of one course.

    Args:
        solution: around solutions.
        hidden_tests: around hidden tests.
        mark_scheme: around mark schemes.
    """

    solution: Marker
    hidden_tests: Marker
    mark_scheme: Marker

    @classmethod
    def of(cls, config: Any) -> Markers:
        """The delimiters that a course's configuration gives to nbgrader."""
        solution = ClearSolutions(config=config)
        hidden = ClearHiddenTests(config=config)
        scheme = ClearMarkScheme(config=config)
        return cls(
            solution=Marker(solution.begin_solution_delimeter, solution.end_solution_delimeter),
            hidden_tests=Marker(hidden.begin_test_delimeter, hidden.end_test_delimeter),
            mark_scheme=Marker(
                scheme.begin_mark_scheme_delimeter, scheme.end_mark_scheme_delimeter
            ),
        )

    def conceals(self, source: str) -> bool:
        """Whether the text has a part that is not for students."""
        return any(marker.begin in source for marker in (self.hidden_tests, self.mark_scheme))

    def public(self, source: str) -> str:
        """The text without hidden tests and mark schemes."""
        return self.mark_scheme.without(self.hidden_tests.without(source)).strip("\n")
