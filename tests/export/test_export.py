from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.export import FORMATS, Options, export
from autograder.export.plugin import (
    Blackboard,
    Canvas,
    CsvCells,
    CsvWide,
    Excel,
    Json,
    Moodle,
    SafeCsvExportPlugin,
)
from autograder.export.rows import GradeRow
from autograder.export.text import harmless
from autograder.grading.batch import grade_assignment
from autograder.grading.marks import Grades, Mark, Person, Work
from autograder.trail import read_trail
from tests.builders import RIGHT, SQUARE, hand_in, make_course, notebook, released
from tests.gradebooks import with_gradebook
from tests.grading.fakes import InstantEngine


def day(number: int, hour: int = 0) -> datetime:
    """A day in March, as nbgrader stores it: UTC without saying so."""
    return datetime(2024, 3, number, hour, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Two assignments; three students, of whom one handed in both and one nothing."""
    course = with_gradebook(make_course(tmp_path / "course"))
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_student("zoe", first_name="Zoë", last_name="Adams", email="z@example.org")
        gradebook.add_student("ada", first_name="Ada", last_name="Byron")
        gradebook.add_student("li", first_name="明", last_name="李")
        for name, duedate in (("second", day(2)), ("first", day(1))):
            gradebook.add_assignment(name, duedate=duedate)
            gradebook.add_notebook("n", name)
            gradebook.add_grade_cell("g", "n", name, max_score=4, cell_type="code")
        for assignment, student, points in (
            ("first", "zoe", 3),
            ("second", "zoe", 4),
            ("first", "li", 1),
        ):
            submission = gradebook.add_submission(assignment, student, timestamp=day(1, 12))
            submission.notebooks[0].grades[0].auto_score = points
            submission.notebooks[0].late_submission_penalty = 2.0
        gradebook.db.commit()
    return course


def test_the_file_equals_that_of_nbgrader(course: Course, tmp_path: Path) -> None:
    report = export(course, tmp_path / "ours.csv")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        CsvExportPlugin(to=str(tmp_path / "stock.csv")).export(gradebook)
        ours = SafeCsvExportPlugin(to=str(tmp_path / "plugin.csv"), config=course.config)
        ours.export(gradebook)
    text = (tmp_path / "ours.csv").read_text()
    assert text == (tmp_path / "stock.csv").read_text() == (tmp_path / "plugin.csv").read_text()
    assert (report.rows, report.marks) == (6, 6)
    assert text.splitlines()[:3] == [
        ",".join(field.name for field in fields(GradeRow)),
        "first,2024-03-01 00:00:00,2024-03-01 12:00:00,zoe,Adams,Zoë,z@example.org,3.0,2.0,1.0,4.0",
        "first,2024-03-01 00:00:00,,ada,Byron,Ada,,0.0,0.0,0.0,4.0",
    ]


def test_only_some_assignments_and_students(course: Course, tmp_path: Path) -> None:
    target = tmp_path / "some.csv"
    export(course, target, assignments=["second"], students=["li", "zoe"])
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert [(row["assignment"], row["student_id"], row["score"]) for row in rows] == [
        ("second", "zoe", "2.0"),
        ("second", "li", "0.0"),
    ]


def one(mark: Mark | None = None, **person: str) -> Grades:
    """The grades of one student in one assignment."""
    who = Person(**({"id": "s"} | person))
    marks = {("a", who.id): mark} if mark else {}
    return Grades("c", (Work("a", None, 1.0),), (who,), marks)


def csv_bytes(grades: Grades, *, bom: bool = False) -> bytes:
    return FORMATS["csv"].encode(grades, Options(bom=bom)).data


def parsed(data: bytes) -> dict[str, str]:
    """The first row."""
    return next(csv.DictReader(io.StringIO(data.decode())))


def test_text_that_looks_like_a_formula_is_made_text() -> None:
    data = csv_bytes(
        one(Mark(None, -1.5, 0, 0), id="=1+1", last_name='+A,"B"', first_name="-1", email="@x")
    )
    first = parsed(data)
    assert (first["student_id"], first["last_name"], first["first_name"], first["email"]) == (
        "'=1+1",
        '\'+A,"B"',
        "'-1",
        "'@x",
    )
    assert first["raw_score"] == "-1.5"


@pytest.mark.parametrize("text", ["=1", " =1", "\t=1", "\tx", "\rx", "+1", "-1", "@SUM(A1)", "＝1"])
def test_formulas_are_recognised(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "o'neil jr.", "ada@example.org", "李明", "1-2"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert harmless(text) == text


def test_line_breaks_in_names_stay_in_their_cell() -> None:
    data = csv_bytes(one(last_name="a\nb,c"))
    assert parsed(data)["last_name"] == "a\nb,c"


def test_a_byte_order_mark_only_if_asked() -> None:
    assert csv_bytes(one(), bom=False).startswith(b"assignment,")
    assert csv_bytes(one(), bom=True).startswith(b"\xef\xbb\xbfassignment,")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "xls"}, "unknown format 'xls'; there is blackboard, canvas, csv"),
        ({"assignments": ["third"]}, "the gradebook has no assignment 'third'"),
        ({"students": ["bob"]}, "the gradebook has no student 'bob'"),
        ({"to": "no/such/folder.csv"}, "cannot be written: No such file or directory"),
        ({"to": "."}, "cannot be written: Is a directory"),
    ],
)
def test_what_cannot_be_done_is_said(
    course: Course, tmp_path: Path, options: dict[str, object], message: str
) -> None:
    options["to"] = tmp_path / str(options.get("to", "grades.csv"))
    with pytest.raises(OperatorError, match=message):
        export(course, **options)  # type: ignore[arg-type]  # of several types


def test_a_failed_export_leaves_the_old_file(course: Course, tmp_path: Path) -> None:
    target = tmp_path / "grades.csv"
    target.write_text("old")
    with pytest.raises(OperatorError):
        export(course, target, students=["bob"])
    assert target.read_text() == "old"
    export(course, target)
    assert [path.name for path in tmp_path.glob("*grades*")] == ["grades.csv"]


def test_nothing_is_exported_that_cannot_be_put_on_record(course: Course, tmp_path: Path) -> None:
    (course.root / ".autograder").write_text("a file in the way")
    with pytest.raises(OperatorError, match="has to be on record"):
        export(course, tmp_path / "grades.csv")
    assert not list(tmp_path.glob("*grades*"))


def test_either_command_leaves_one_entry_that_a_file_is_found_by(
    course: Course, tmp_path: Path
) -> None:
    export(course, tmp_path / "ours.csv", "csv-wide")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        CsvWide(to=str(tmp_path / "plugin.csv"), config=course.config).export(gradebook)
    with pytest.raises(OperatorError):
        export(course, tmp_path / "no" / "folder.csv")
    entries = [entry for entry in read_trail(course) if entry.action == "exported"]
    assert [entry.facts["file"] for entry in entries] == ["ours.csv", "plugin.csv"]
    for entry in entries:
        assert entry.who
        assert entry.facts["format"] == "csv-wide"
        data = (tmp_path / entry.facts["file"]).read_bytes()
        assert entry.facts["sha256"] == hashlib.sha256(data).hexdigest()
        assert entry.facts["students"] == 2
        assert entry.facts["points"] == {"first": {"zoe": 1, "li": 0}, "second": {"zoe": 2}}


def test_nbgrader_export_says_whose_work_is_in_quarantine(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    course = with_gradebook(make_course(tmp_path / "course", square=SQUARE))
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    hand_in(course, "bob", "square", b"{")
    grade_assignment(course, "square", engine=InstantEngine)
    plugin = CsvWide(
        to=str(tmp_path / "plugin.csv"), config=course.config, log=logging.getLogger("nbgrader")
    )
    with Gradebook(course.db_url, course.course_id) as gradebook:
        plugin.export(gradebook)
    notes = export(course, tmp_path / "ours.csv", "csv-wide").notes
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        *notes
    ]
    assert "square was handed in but is in quarantine: bob" in notes[0]


def test_one_column_an_assignment(course: Course, tmp_path: Path) -> None:
    export(course, tmp_path / "wide.csv", "csv-wide")
    assert (tmp_path / "wide.csv").read_text().splitlines() == [
        "student_id,last_name,first_name,email,first,second,total,max_total",
        "zoe,Adams,Zoë,z@example.org,1,2,3,8",
        "ada,Byron,Ada,,,,0,8",
        "li,李,明,,0,,0,8",
    ]


def test_one_row_a_cell(course: Course, tmp_path: Path) -> None:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        grade = gradebook.find_grade("g", "n", "second", "zoe")
        grade.manual_score, grade.extra_credit = 2.5, 0.5
        gradebook.db.commit()
    report = export(course, tmp_path / "cells.csv", "csv-cells")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "cells.csv").read_text())))
    assert report.rows == len(rows) == 3
    zoe = rows[-1]
    assert (zoe["assignment"], zoe["student_id"], zoe["notebook"], zoe["cell"]) == (
        "second",
        "zoe",
        "n",
        "g",
    )
    assert (zoe["auto_score"], zoe["manual_score"], zoe["score"]) == ("4.0", "2.5", "3")
    assert rows[0]["manual_score"] == ""


def test_json_has_everything(course: Course, tmp_path: Path) -> None:
    export(course, tmp_path / "grades.json", "json")
    document = json.loads((tmp_path / "grades.json").read_text())
    assert [work["name"] for work in document["assignments"]] == ["first", "second"]
    assert {student["id"] for student in document["students"]} == {"zoe", "ada", "li"}
    zoe = next(entry for entry in document["submissions"] if entry["student"] == "zoe")
    assert (zoe["raw_score"], zoe["penalty"], zoe["score"]) == (3.0, 2.0, 1.0)
    assert [(cell["cell"], cell["score"]) for cell in zoe["cells"]] == [("g", 3.0)]


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"moodle-worksheet", "moodle-feedback"}))
def test_the_same_grades_make_the_same_points_in_every_format(
    course: Course, tmp_path: Path, name: str
) -> None:
    report = export(course, tmp_path / "out", name)
    assert report.path.stat().st_size > 0
    assert report.rows > 0


@pytest.mark.parametrize(
    "plugin", [Canvas, Moodle, Blackboard, CsvWide, CsvCells, Excel, Json], ids=lambda p: p.format
)
def test_nbgrader_export_writes_the_same(
    course: Course, tmp_path: Path, plugin: type[SafeCsvExportPlugin]
) -> None:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        plugin(to=str(tmp_path / "plugin"), config=course.config).export(gradebook)
    export(course, tmp_path / "ours", plugin.format)
    if plugin is Excel:  # a workbook holds the time it was made
        assert (tmp_path / "plugin").read_bytes().startswith(b"PK")
    else:
        assert (tmp_path / "plugin").read_bytes() == (tmp_path / "ours").read_bytes()


def test_what_the_course_drops_is_dropped_by_either_command(course: Course, tmp_path: Path) -> None:
    (course.root / "policy.toml").write_text("drop_lowest = 1")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        CsvWide(to=str(tmp_path / "plugin"), config=course.config).export(gradebook)
    export(course, tmp_path / "ours", "csv-wide")
    export(course, tmp_path / "kept", "csv-wide", options=Options(drop_lowest=0))
    ours = (tmp_path / "ours").read_bytes()
    assert (tmp_path / "plugin").read_bytes() == ours
    assert (tmp_path / "kept").read_bytes() != ours
