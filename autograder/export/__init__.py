"""Grades for other programs."""

from autograder.export.formats import FORMATS, Format
from autograder.export.options import Exported, Options
from autograder.export.template import Table, read_table
from autograder.export.write import ExportReport, export
from autograder.grading.marks import Grades, read_grades

__all__ = [
    "FORMATS",
    "ExportReport",
    "Exported",
    "Format",
    "Grades",
    "Options",
    "Table",
    "export",
    "read_grades",
    "read_table",
]
