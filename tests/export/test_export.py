from __future__ import annotations

import csv
import io
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.export import FORMATS, GradeRow, export
from autograder.export.formats import csv_bytes, harmless
from autograder.export.plugin import SafeCsvExportPlugin
from tests.builders import make_course
from tests.gradebooks import with_gradebook


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
        SafeCsvExportPlugin(to=str(tmp_path / "plugin.csv")).export(gradebook)
    text = (tmp_path / "ours.csv").read_text()
    assert text == (tmp_path / "stock.csv").read_text() == (tmp_path / "plugin.csv").read_text()
    assert report.rows == 6
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


def row(**values: object) -> GradeRow:
    blank: dict[str, object] = {
        "assignment": "a",
        "duedate": None,
        "timestamp": None,
        "student_id": "s",
        "last_name": None,
        "first_name": None,
        "email": None,
        "raw_score": 0.0,
        "late_submission_penalty": 0.0,
        "score": 0.0,
        "max_score": 1.0,
    }
    return GradeRow(**(blank | values))  # type: ignore[arg-type]


def parsed(data: bytes) -> dict[str, str]:
    """The first row."""
    return next(csv.DictReader(io.StringIO(data.decode())))


def test_text_that_looks_like_a_formula_is_made_text() -> None:
    data = csv_bytes(
        [row(student_id="=1+1", last_name='+A,"B"', first_name="-1", email="@x", raw_score=-1.5)]
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
    data = csv_bytes([row(last_name="a\nb,c")])
    assert parsed(data)["last_name"] == "a\nb,c"


def test_a_byte_order_mark_only_if_asked() -> None:
    assert csv_bytes([], bom=False).startswith(b"assignment,")
    assert csv_bytes([], bom=True).startswith(b"\xef\xbb\xbfassignment,")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "xls"}, "unknown format 'xls'; there is csv"),
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
        export(course, **options)  # type: ignore[arg-type]


def test_a_failed_export_leaves_the_old_file(course: Course, tmp_path: Path) -> None:
    target = tmp_path / "grades.csv"
    target.write_text("old")
    with pytest.raises(OperatorError):
        export(course, target, students=["bob"])
    assert target.read_text() == "old"
    export(course, target)
    assert [path.name for path in tmp_path.glob("*grades*")] == ["grades.csv"]


def test_csv_is_a_known_format() -> None:
    assert FORMATS["csv"] is csv_bytes
