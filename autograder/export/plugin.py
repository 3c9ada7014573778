"""What stock `nbgrader export` uses when a course turns the project on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin
from traitlets import Bool

from autograder.export.formats import csv_bytes
from autograder.export.rows import grade_rows
from autograder.export.write import write_file

__all__ = ["SafeCsvExportPlugin"]


class SafeCsvExportPlugin(ExportPlugin):  # type: ignore[misc]  # nbgrader ships no types
    """CSV with nbgrader's columns, in a fixed order, quoted, and without live formulas."""

    bom = Bool(default_value=False, help="whether to begin the file with a byte order mark").tag(
        config=True
    )

    def export(self, gradebook: Any) -> None:
        """Write the grades to `self.to`, `grades.csv` by default."""
        rows = grade_rows(
            gradebook,
            assignments=[str(name) for name in self.assignment],
            students=[str(name) for name in self.student],
        )
        target = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", target)
        write_file(target, csv_bytes(rows, bom=self.bom))
