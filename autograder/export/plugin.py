"""What stock `nbgrader export` uses: `nbgrader export --exporter=autograder.export.plugin.Canvas`.

The table that an LMS gave is named in `nbgrader_config.py`: `c.Canvas.template = "grades.csv"`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Unicode

from autograder.course import Course
from autograder.export.formats import FORMATS
from autograder.export.options import Options
from autograder.export.template import read_table
from autograder.export.write import write_grades

__all__ = [
    "Blackboard",
    "Canvas",
    "CsvCells",
    "CsvWide",
    "Excel",
    "Json",
    "Moodle",
    "MoodleWorksheet",
    "SafeCsvExportPlugin",
]


class SafeCsvExportPlugin(ExportPlugin):  # type: ignore[misc]  # nbgrader ships no types
    """CSV with nbgrader's columns, in a fixed order, quoted, and without live formulas."""

    format: ClassVar[str] = "csv"

    bom = Bool(default_value=False, help="whether to begin the file with a byte order mark").tag(
        config=True
    )
    template = Unicode("", help="the table that the LMS gave, to be filled in").tag(config=True)
    columns = Dict(
        value_trait=Unicode(),
        key_trait=Unicode(),
        help="the LMS's column of an assignment, where its name does not say",
    ).tag(config=True)
    provisional = Bool(
        default_value=False, help="whether an LMS is given marks that a person has yet to complete"
    ).tag(config=True)
    missing_as_zero = Bool(
        default_value=False, help="whether an LMS is given 0 where nothing was handed in"
    ).tag(config=True)

    def export(self, gradebook: Any) -> None:
        """Write the grades to `self.to`, `grades` with the format's suffix by default."""
        target = Path(self.to or f"grades{FORMATS[self.format].suffix}")
        self.log.info("Exporting grades to %s", target)
        report = write_grades(
            Course.of_command(self.config),
            gradebook,
            target,
            self.format,
            assignments=[str(name) for name in self.assignment],
            students=[str(name) for name in self.student],
            options=Options(
                bom=self.bom,
                template=read_table(Path(self.template)) if self.template else None,
                columns=dict(self.columns),
                provisional=self.provisional,
                missing_as_zero=self.missing_as_zero,
            ),
        )
        for note in report.notes:
            self.log.warning("%s", note)


class CsvWide(SafeCsvExportPlugin):
    """One row a student, one column an assignment."""

    format = "csv-wide"


class CsvCells(SafeCsvExportPlugin):
    """One row a cell."""

    format = "csv-cells"


class Excel(SafeCsvExportPlugin):
    """An Excel workbook whose totals are formulas."""

    format = "xlsx"


class Json(SafeCsvExportPlugin):
    """Everything as data."""

    format = "json"


class Canvas(SafeCsvExportPlugin):
    """Canvas's gradebook import."""

    format = "canvas"


class Moodle(SafeCsvExportPlugin):
    """Moodle's grade import."""

    format = "moodle"


class MoodleWorksheet(SafeCsvExportPlugin):
    """Moodle's offline grading worksheet, filled in."""

    format = "moodle-worksheet"


class Blackboard(SafeCsvExportPlugin):
    """Blackboard's Grade Center upload."""

    format = "blackboard"
