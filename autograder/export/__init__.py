"""Grades for other programs."""

from autograder.export.formats import FORMATS, Format
from autograder.export.grades import Grades, read_grades
from autograder.export.options import Exported, Options
from autograder.export.template import Table, read_table
from autograder.export.write import ExportReport, export

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
