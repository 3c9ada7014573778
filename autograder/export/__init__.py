"""Grades for other programs."""

from autograder.export.formats import FORMATS, Format
from autograder.export.rows import GradeRow, grade_rows
from autograder.export.write import ExportReport, export

__all__ = ["FORMATS", "ExportReport", "Format", "GradeRow", "export", "grade_rows"]
