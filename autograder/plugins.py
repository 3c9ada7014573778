"""What a course turns on in its `nbgrader_config.py` for stock nbgrader commands."""

from __future__ import annotations

from typing import Any

from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.preprocessors import AssignLatePenalties, Execute, SaveAutoGrades
from nbgrader.utils import is_solution
from traitlets.config.loader import LazyConfigValue

from autograder.execute import RestoreFromSource, SealedExecute
from autograder.export.plugin import SafeCsvExportPlugin
from autograder.feedback.filters import FILTERS
from autograder.feedback.hide import HideHiddenTests
from autograder.formgrader import guard_this_server
from autograder.grading.outputs import carried_of, result_of_cell
from autograder.grading.score import decide
from autograder.lateness.plugin import AssignPolicyPenalties, PolicyPenalty

__all__ = ["AUTOGRADE_PREPROCESSORS", "SaveProvenGrades", "configure"]


class SaveProvenGrades(SaveAutoGrades):  # type: ignore[misc]  # nbgrader ships no types
    """Writes the scores of stock `nbgrader autograde` by this project's rules.

    A test that was not run, or whose last value is no number from 0 to its points, earns nothing;
    what is written to stderr costs nothing.
    """

    def _add_score(self, cell: Any, resources: Any) -> None:
        if cell.cell_type != "code" or is_solution(cell):
            super()._add_score(cell, resources)
            return
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"],
            self.notebook_id,
            self.assignment_id,
            self.student_id,
        )
        _, points, _, note = decide(float(grade.max_score), result_of_cell(cell))
        if note:
            self.log.warning("%s: %s", grade.name, note)
        if (carried := carried_of(cell)) is not None:
            points = max(points, min(carried.points, float(grade.max_score)))
        grade.auto_score = points
        grade.needs_manual_grade = grade.manual_score is not None
        self.gradebook.db.commit()


AUTOGRADE_PREPROCESSORS: list[tuple[type, type]] = [
    (Execute, SealedExecute),
    (SaveAutoGrades, SaveProvenGrades),
    (AssignLatePenalties, AssignPolicyPenalties),
]
"""What stands in for which of nbgrader's own steps in `nbgrader autograde`."""


def configure(c: Any) -> None:
    """Turn the project on for a course; call it at the end of `nbgrader_config.py`.

    * `nbgrader autograde` and the formgrader's button run student code sealed, after putting the
      notebook back on the instructor's footing, and give points only for what was proven.
    * `nbgrader generate_feedback` shows no hidden tests, and nothing a student wrote runs there.
    * Nothing a student wrote runs on the formgrader's pages, in whatever Jupyter server reads this.
    * `nbgrader autograde` takes off for lateness what `policy.toml` says, if there is one.
    * `nbgrader export` writes CSV that a spreadsheet takes for text.

    What the course has set itself stays.

    Args:
        c: the configuration object of `nbgrader_config.py`.
    """
    steps = _steps(c, Autograde, "autograde_preprocessors")
    replacements = {_dotted(old): new for old, new in AUTOGRADE_PREPROCESSORS}
    c.Autograde.autograde_preprocessors = [replacements.get(_dotted(step), step) for step in steps]
    steps = _steps(c, Autograde, "sanitize_preprocessors")
    if _dotted(RestoreFromSource) not in map(_dotted, steps):
        c.Autograde.sanitize_preprocessors = [RestoreFromSource, *steps]
    steps = _steps(c, GenerateFeedback, "preprocessors")
    if _dotted(HideHiddenTests) not in map(_dotted, steps):
        c.GenerateFeedback.preprocessors = [*steps, HideHiddenTests]
    if "sanitize_html" not in c.HTMLExporter:
        c.HTMLExporter.sanitize_html = True
    if c.HTMLExporter.sanitize_html:
        c.HTMLExporter.filters = FILTERS | _chosen(c.HTMLExporter.get("filters"), {})
    guard_this_server()
    if "plugin_class" not in c.AssignLatePenalties:
        c.AssignLatePenalties.plugin_class = PolicyPenalty
    if "plugin_class" not in c.ExportApp:
        c.ExportApp.plugin_class = SafeCsvExportPlugin


def _steps(c: Any, converter: Any, trait: str) -> list[Any]:
    """The preprocessors that the course has chosen, or nbgrader's own."""
    default = list(converter.class_traits()[trait].default())
    return list(_chosen(c[converter.__name__].get(trait), default))


def _chosen(value: Any, default: Any) -> Any:
    """A setting, of which the course may have said only what to add to the default."""
    if isinstance(value, LazyConfigValue):
        return value.get_value(default)
    return default if value is None else value


def _dotted(step: Any) -> str:
    return step if isinstance(step, str) else f"{step.__module__}.{step.__qualname__}"
