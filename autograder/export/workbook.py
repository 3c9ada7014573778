"""Grades as an Excel workbook whose totals are formulas."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from autograder.export.options import Exported, Options
from autograder.grading.marks import Grades

__all__ = ["workbook"]

_IDENTITY = ("student_id", "last_name", "first_name", "email")
_CELLS = ("assignment", "student_id", "notebook", "cell", "score", "max_score", "auto_score",
          "manual_score", "extra_credit", "pending", "comment")  # fmt: skip
_MAX_ROWS = 1_048_576
_MAX_TEXT = 32_767
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def workbook(grades: Grades, options: Options) -> Exported:
    """A sheet with one row a student and one with one row a cell.

    Totals, percentages and averages are formulas: they follow when somebody edits a mark. Text of
    students is never a formula. Needs the cells of `grades`.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True})
    _students(
        book.add_worksheet("Grades"), grades, options, bold, book.add_format({"num_format": "0.0%"})
    )
    notes = _cells(book.add_worksheet("Cells"), grades, bold)
    book.close()
    return Exported(file.getvalue(), len(grades.people), notes, options.given(grades))


def _students(sheet: Any, grades: Grades, options: Options, bold: Any, percent: Any) -> None:
    first, last = len(_IDENTITY), len(_IDENTITY) + len(grades.works) - 1
    total, share = last + 1, last + 2
    header = [*_IDENTITY, *(work.name for work in grades.works), "total", "percent"]
    for column, name in enumerate(header):
        _text(sheet, 0, column, name, bold)
    sheet.write_string(1, 0, "points there are", bold)
    for column, work in enumerate(grades.works, start=first):
        sheet.write_number(1, column, work.max_score, bold)
    every = range(first, last + 1)
    full = sum(work.max_score for work in grades.works)
    sheet.write_formula(1, total, f"=SUM({_span(1, every)})", None, full)
    top = 2
    for row, person in enumerate(grades.people, start=top):
        identity = (person.id, person.last_name, person.first_name, person.email)
        for column, text in enumerate(identity):
            _text(sheet, row, column, text or "")
        points = [options.points(grades.mark(work, person)) for work in grades.works]
        for column, value in enumerate(points, start=first):
            if value is not None:
                sheet.write_number(row, column, value)
        # Which assignments a course drops is decided here; the sum over the others stays live.
        counted = options.counted(grades, person)
        columns = [
            column for column, work in zip(every, grades.works, strict=True) if work in counted
        ]
        earned = sum(points[column - first] or 0.0 for column in columns)
        possible = sum(work.max_score for work in counted)
        sheet.write_formula(row, total, f"=SUM({_span(row, columns)})", None, earned)
        most, here = f"SUM({_span(1, columns, fixed=True)})", xl_rowcol_to_cell(row, total)
        shown = earned / possible if possible else ""
        sheet.write_formula(row, share, f'=IF({most}=0,"",{here}/{most})', percent, shown)
    if grades.people and grades.works:
        bottom = top + len(grades.people)
        sheet.write_string(bottom, 0, "average", bold)
        for column, work in enumerate(grades.works, start=first):
            name = xl_col_to_name(column)
            given = [
                value
                for person in grades.people
                if (value := options.points(grades.mark(work, person))) is not None
            ]
            sheet.write_formula(
                bottom,
                column,
                f'=IFERROR(AVERAGE({name}{top + 1}:{name}{bottom}),"")',
                bold,
                sum(given) / len(given) if given else "",
            )
    sheet.freeze_panes(2, 1)
    sheet.set_column(0, 3, 18)


def _span(row: int, columns: Sequence[int], *, fixed: bool = False) -> str:
    """Cells of a row for a formula: a range if nothing is left out; 0 for none."""
    names = [xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed) for column in columns]
    if not names:
        return "0"
    whole = columns[-1] - columns[0] + 1 == len(columns)
    return f"{names[0]}:{names[-1]}" if whole else ",".join(names)


def _cells(sheet: Any, grades: Grades, bold: Any) -> tuple[str, ...]:
    for column, name in enumerate(_CELLS):
        sheet.write_string(0, column, name, bold)
    count = sum(map(len, grades.cells.values()))
    if count >= _MAX_ROWS:
        sheet.write_string(1, 0, "More cells than a sheet has rows: export csv-cells instead.")
        return (
            f"the sheet of cells is empty: Excel has no room for {count:,} rows; use csv-cells",
        )
    row = 0
    for (assignment, student), marks in sorted(grades.cells.items()):
        for mark in marks:
            row += 1
            for column, text in enumerate((assignment, student, mark.notebook, mark.cell)):
                _text(sheet, row, column, text)
            numbers = (
                mark.score,
                mark.max_score,
                mark.auto_score,
                mark.manual_score,
                mark.extra_credit,
            )
            for column, value in enumerate(numbers, start=4):
                if value is not None:
                    sheet.write_number(row, column, value)
            sheet.write_boolean(row, 9, mark.pending)
            _text(sheet, row, 10, mark.comment)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(row, 1), len(_CELLS) - 1)
    return ()


def _text(sheet: Any, row: int, column: int, text: str, style: Any = None) -> None:
    """A string, whatever it begins with; what XML cannot hold becomes a replacement character."""
    sheet.write_string(row, column, _UNPRINTABLE.sub("\ufffd", text)[:_MAX_TEXT], style)
