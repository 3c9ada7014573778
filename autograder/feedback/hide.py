"""Keeps hidden tests out of the pages of stock `nbgrader generate_feedback`."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from autograder.grading.outputs import is_exposed, result_of_cell
from autograder.grading.score import decide
from autograder.grading.told import withheld
from autograder.markers import Markers

__all__ = ["HideHiddenTests"]


class HideHiddenTests(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader ships no types
    """Removes hidden tests, mark schemes and what may repeat them; says what a test found."""

    @cached_property
    def _markers(self) -> Markers:
        return Markers.of(self.config)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Change one cell in place."""
        del index
        hides = self._markers.conceals(cell.source)
        cell.source = self._markers.public(cell.source) if hides else cell.source
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            _, _, message, _ = decide(
                float(cell.metadata.nbgrader.get("points", 0)), result_of_cell(cell)
            )
            cell.outputs = [new_output("stream", name="stdout", text=message)] if message else []
        elif cell.cell_type == "code" and cell.outputs and is_exposed(cell):
            failure = result_of_cell(cell).failure
            cell.outputs = [new_output("stream", name="stdout", text=withheld(failure))]
        return cell, resources
