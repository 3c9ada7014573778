"""The page on which a person grades one submission.

It has the names and classes by which nbgrader's own scripts find scores and comments; what students
wrote passes through `autograder.feedback.inert`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from markupsafe import Markup

from autograder.errors import NotebookError
from autograder.feedback.inert import (
    CODE_CSS,
    attachments_of,
    code,
    markdown,
    output,
    plain,
    text_of,
)
from autograder.feedback.view import read_cells
from autograder.pages import environment, read_style

__all__ = ["GradedCell", "SubmissionExporter"]

_PACKAGE = "autograder.formgrader"
_MAX_OUTPUTS = 100


@final
@dataclass(frozen=True, slots=True)
class GradedCell:
    """One cell as the page shows it.

    Args:
        grade_id: nbgrader's id; empty if there is nothing to grade or to comment.
        title: what stands above it.
        max_points: the most it can earn; None if it earns nothing.
        commented: whether a comment can be written.
        body: its source.
        outputs: what it printed and drew.
    """

    grade_id: str
    title: str
    max_points: float | None
    commented: bool
    body: Markup
    outputs: tuple[Markup, ...]


@final
@dataclass(frozen=True, slots=True)
class SubmissionExporter:
    """Makes the page in place of nbconvert's exporter.

    Args:
        nonce: marks the page's scripts.
    """

    nonce: str

    def from_filename(
        self, filename: str, resources: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        """The page for an autograded notebook; `resources` are nbgrader's."""
        try:
            cells = [_graded(raw) for raw in read_cells(Path(filename).read_bytes(), filename)]
            problem = ""
        except (OSError, NotebookError) as error:
            cells, problem = [], str(error)
        style = read_style(_PACKAGE, "submission.css") + Markup("\n") + Markup(CODE_CSS)  # noqa: S704 - our own
        page = environment(_PACKAGE).get_template("submission.html.j2")
        return (
            page.render(
                cells=cells, problem=problem, style=style, nonce=self.nonce, resources=resources
            ),
            resources,
        )


def _graded(raw: Mapping[str, Any]) -> GradedCell:
    metadata = raw.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    known = nbgrader if isinstance(nbgrader, dict) else {}
    answer, task, grade = (known.get(flag) is True for flag in ("solution", "task", "grade"))
    points = known.get("points")
    grade_id = text_of(known.get("grade_id")) if answer or task or grade else ""
    return GradedCell(
        grade_id=grade_id,
        title="Student's task" if task else "Student's answer" if answer else grade_id,
        max_points=float(points or 0)
        if (grade or task) and isinstance(points, int | float | None)
        else None,
        commented=answer or task,
        body=_body(raw),
        outputs=tuple(_outputs(raw)),
    )


def _body(raw: Mapping[str, Any]) -> Markup:
    source = text_of(raw.get("source"))
    match raw.get("cell_type"):
        case "code":
            return Markup('<pre class="code">{}</pre>').format(code(source))
        case "markdown":
            attachments = attachments_of(raw.get("attachments"))
            return markdown(source, attachments, files=True, links=False)
        case _:
            return Markup("<pre>{}</pre>").format(plain(source))


def _outputs(raw: Mapping[str, Any]) -> Iterator[Markup]:
    entries = raw.get("outputs")
    if not isinstance(entries, list):
        return
    for entry in entries[:_MAX_OUTPUTS]:
        shown = output(entry, links=False) if isinstance(entry, dict) else Markup()
        if shown:
            yield shown
    if len(entries) > _MAX_OUTPUTS:
        yield Markup("<p>[{} more outputs are left out]</p>").format(len(entries) - _MAX_OUTPUTS)
