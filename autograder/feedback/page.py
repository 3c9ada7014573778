"""A feedback page as data, and its HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import final

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from autograder.feedback.inert import CODE_CSS
from autograder.feedback.language import Language
from autograder.pages import environment, read_style, security_policy

__all__ = ["CellView", "Exercise", "Page", "Result", "render"]

_PACKAGE = "autograder.feedback"


@final
@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table of results.

    Args:
        grade_id: nbgrader's id of the cell; the anchor of its place below.
        title: what is tested or asked.
        verdict: how it went, in a few words.
        tone: "good", "bad", "part" or "open"; the colour.
        points: earned; None if nobody has decided yet.
        max_points: the most it can earn.
        message: what failed, in words.
        comment: what a grader wrote.
        hint: the mistake that was recognised, in the page's language.
    """

    grade_id: str
    title: str
    verdict: str
    tone: str
    points: float | None
    max_points: float
    message: str = ""
    comment: str = ""
    hint: str = ""


@final
@dataclass(frozen=True, slots=True)
class Exercise:
    """The results below one heading of the notebook."""

    title: str
    results: tuple[Result, ...]

    @property
    def points(self) -> float:
        """Points so far."""
        return sum(result.points or 0 for result in self.results)

    @property
    def max_points(self) -> float:
        """The most the exercise can earn."""
        return sum(result.max_points for result in self.results)


@final
@dataclass(frozen=True, slots=True)
class CellView:
    """One cell as the page shows it.

    Args:
        anchor: id of the element; empty for none.
        summary: what stands on the closed cell; empty if it is shown open.
        body: its source.
        outputs: markup of what it printed and drew; plain text is a sentence in the place of it.
        result: the result that belongs to it.
        comment: what a grader wrote about it, where there is no result.
    """

    anchor: str
    summary: str
    body: Markup
    outputs: tuple[str, ...] = ()
    result: Result | None = None
    comment: str = ""


@final
@dataclass(frozen=True, slots=True)
class Page:
    """The feedback on one notebook.

    Args:
        assignment: its name.
        notebook: name of the notebook.
        student: the student's id.
        notice: what has to be said first; empty for nothing.
        exercises: the table of results.
        cells: the notebook.
        repairs: what was put right before it was run.
        late_penalty: points taken off.
        lateness: why, or what moved the deadline, in sentences.
        others: names of the other notebooks of the assignment, which lie beside this one.
    """

    assignment: str
    notebook: str
    student: str
    notice: str = ""
    exercises: tuple[Exercise, ...] = ()
    cells: tuple[CellView, ...] = ()
    repairs: tuple[str, ...] = ()
    late_penalty: float = 0.0
    lateness: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """Points of the notebook, at least 0."""
        return max(0.0, sum(exercise.points for exercise in self.exercises) - self.late_penalty)

    @property
    def max_score(self) -> float:
        """The most the notebook can earn."""
        return sum(exercise.max_points for exercise in self.exercises)

    @property
    def undecided(self) -> int:
        """How many answers a person has yet to grade."""
        results = (result for exercise in self.exercises for result in exercise.results)
        return sum(result.points is None for result in results)


def render(page: Page, language: Language) -> bytes:
    """The page as HTML that needs no other file and runs no script."""
    style = _style()
    text = (
        _templates()
        .get_template("page.html.j2")
        .render(
            page=page,
            style=style,
            policy=security_policy(style),
            language=language,
            say=language.say,
        )
    )
    return text.encode("utf-8", "replace")


@cache
def _style() -> Markup:
    return Markup("\n{}\n{}\n").format(read_style(_PACKAGE, "page.css"), Markup(CODE_CSS))  # noqa: S704 - our own


@cache
def _templates() -> Environment:
    made = environment(_PACKAGE)
    made.filters["points"] = _points
    made.filters["said"] = _said
    return made


@pass_context
def _said(context: Context, text: str) -> str:
    said: str = context["language"].said(text)
    return said


def _points(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
