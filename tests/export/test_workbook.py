from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from autograder.export import FORMATS, Options
from autograder.grading.marks import CellMark, Grades, Mark, Person, Work

GRADES = Grades(
    "course",
    (Work("first", None, 10.0), Work("=second", None, 20.0)),
    (Person("ada", "=1+1", "Ada"), Person("li", "李\x01", "明"), Person("eve")),
    {
        ("first", "ada"): Mark(None, 7.5, 0, 0),
        ("=second", "ada"): Mark(None, 18.0, 2.0, 0),
        ("first", "li"): Mark(None, 4.0, 0, 1),
    },
    {
        ("first", "ada"): (
            CellMark("n", "q", 7.5, None, None, 10.0, pending=False, comment="=cmd|' /C calc'!A0"),
        )
    },
)


def sheets(*, values: bool) -> tuple[Any, Any]:
    data = FORMATS["xlsx"].encode(GRADES, Options()).data
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=values)
    return book["Grades"], book["Cells"]


def test_totals_are_formulas_with_their_values() -> None:
    formulas, _ = sheets(values=False)
    values, _ = sheets(values=True)
    assert [cell.value for cell in formulas[1]][4:] == ["first", "=second", "total", "percent"]
    assert formulas["G3"].value == "=SUM(E3:F3)"
    assert (values["E3"].value, values["F3"].value, values["G3"].value) == (7.5, 16, 23.5)
    assert formulas["H3"].value == '=IF(SUM($E$2:$F$2)=0,"",G3/SUM($E$2:$F$2))'
    assert values["H3"].value == pytest.approx(23.5 / 30)
    assert formulas["E6"].value == '=IFERROR(AVERAGE(E3:E5),"")'
    assert values["E6"].value == 7.5


def test_a_mark_that_a_person_has_yet_to_complete_is_empty() -> None:
    values, _ = sheets(values=True)
    assert values["A4"].value == "li"
    assert values["E4"].value is None


def test_no_text_of_a_student_is_a_formula() -> None:
    for sheet in sheets(values=False):
        own = [
            cell
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f" and cell.column_letter not in "EFGH"
        ]
        assert own == []
    grades, cells = sheets(values=False)
    assert (grades["B3"].data_type, grades["B3"].value) == ("s", "=1+1")
    assert grades["F1"].data_type == "s"
    assert (cells["K2"].data_type, cells["K2"].value) == ("s", "=cmd|' /C calc'!A0")


def test_characters_that_a_workbook_cannot_hold_are_replaced() -> None:
    grades, _ = sheets(values=False)
    assert grades["B4"].value == "李\ufffd"


def test_what_a_course_drops_leaves_each_total() -> None:
    works = tuple(Work(name, None, most) for name, most in (("a", 10.0), ("b", 20.0), ("c", 10.0)))
    marks = {("a", "ada"): Mark(None, 9.0, 0, 0), ("b", "ada"): Mark(None, 10.0, 0, 0)}
    marks |= {("c", "ada"): Mark(None, 10.0, 0, 0)}
    grades = Grades("course", works, (Person("ada"), Person("eve")), marks)
    options = Options(drop_lowest=1)
    data = FORMATS["xlsx"].encode(grades, options).data
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Grades"]
    assert (sheet["H3"].value, sheet["H4"].value) == ("=SUM(E3,G3)", "=SUM(E4:F4)")
    wide = FORMATS["csv-wide"].encode(grades, options).data.decode().splitlines()
    assert wide[1:] == ["ada,,,,9,10,10,19,20", "eve,,,,,,,0,30"]
