"""Files for an LMS. Each is read back by the rules that the LMS's own importer follows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.export import FORMATS, Exported, Options
from autograder.export.template import parse_table
from autograder.grading.marks import CellMark, Grades, Mark, Person, Work

ADA = Person("ada", "Byron", "Ada", "ada@example.org")
LI = Person("li", "李", "明", "li@example.org")
EVA = Person("=eva", "=HYPERLINK(1)", "Eva", None)
PEOPLE = (ADA, LI, EVA)
WORK = Work("attention", None, 100.0)
CELLS = (
    CellMark("attention", "sdpa", 40.0, None, None, 60.0, pending=False, comment=""),
    CellMark("attention", "why", None, 32.5, None, 40.0, pending=False, comment="=well, yes"),
)
GRADES = Grades(
    "course",
    (WORK,),
    PEOPLE,
    {("attention", "ada"): Mark(None, 72.5, 10.0, 0), ("attention", "=eva"): Mark(None, 8.0, 0, 1)},
    {("attention", "ada"): CELLS},
)

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,attention (4711),other (12),Current Score
,,,,,Manual Posting,,
    Points Possible,,,,,50.00,10.00,(read only)
"Byron, Ada",101,u1,ADA,001,1.00,7,14
"李, 明",102,u2,li,001,,8,0
"Stranger, S",103,u3,sam,001,,9,0
"=HYPERLINK(1)",104,u4,=eva,001,EX,3,0
"""


def encode(name: str, template: str | None = None, **options: object) -> Exported:
    table = parse_table("grades.csv", template.encode()) if template else None
    chosen = Options(template=table, **options)  # type: ignore[arg-type]  # of several types
    return FORMATS[name].encode(GRADES, chosen)


def read(exported: Exported) -> list[list[str]]:
    return list(csv.reader(io.StringIO(exported.data.decode(), newline="")))


def canvas_import(rows: list[list[str]]) -> dict[str, dict[str, str]]:
    """What Canvas understands: grade by login and assignment.

    After its importer: the header begins with Student and ID, then come the optional columns of
    the SIS, then Section, then the assignments; a row with "Points Possible" is no student.
    """
    header = rows[0]
    assert "Student" in header[0]
    assert "ID" in header[1]
    section = header.index("Section")
    assert section <= 4
    login = header.index("SIS Login ID")
    works = [
        (i, match.group(1) if (match := re.fullmatch(r"(.*) \((\d+)\)", name)) else name)
        for i, name in enumerate(header)
        if i > section and not re.search("Current Score|Final Score", name)
    ]
    return {
        row[login]: {name: row[i].strip() for i, name in works}
        for row in rows[1:]
        if row[0].strip() and "Points Possible" not in row[0]
    }


def test_canvas_gets_its_own_file_back_filled_in() -> None:
    exported = encode("canvas", CANVAS)
    rows = read(exported)
    understood = canvas_import(rows)
    assert understood["ADA"] == {"attention": "62.5", "other": "7"}
    assert understood["li"]["attention"] == ""
    assert understood["sam"] == {"attention": "", "other": "9"}
    assert understood["=eva"]["attention"] == "EX"
    before = list(csv.reader(io.StringIO(CANVAS)))
    changed = [
        (i, j) for i, row in enumerate(before) for j, cell in enumerate(row) if rows[i][j] != cell
    ]
    assert changed == [(3, 5), (6, 0)]
    assert rows[6][0] == "'=HYPERLINK(1)"


def test_what_canvas_cannot_take_is_said() -> None:
    notes = "\n".join(encode("canvas", CANVAS).notes)
    assert "in grades.csv but not in the gradebook: sam" in notes
    assert "Canvas excuses or locks =eva" in notes
    assert "Canvas has 50 points for attention, the gradebook 100" in notes
    assert "has yet to mark: =eva (attention)" in notes


def test_canvas_without_a_template_makes_new_assignments() -> None:
    rows = read(encode("canvas", missing_as_zero=True))
    assert canvas_import(rows) == {
        "ada": {"attention": "62.5"},
        "li": {"attention": "0"},
        "=eva": {"attention": ""},
    }
    assert rows[1] == ["    Points Possible", "", "", "", "100"]


def test_provisional_marks_only_if_asked() -> None:
    assert canvas_import(read(encode("canvas")))["=eva"]["attention"] == ""
    exported = encode("canvas", provisional=True)
    assert canvas_import(read(exported))["=eva"]["attention"] == "8"
    assert not exported.notes


def test_a_column_of_another_name_has_to_be_named() -> None:
    template = CANVAS.replace("attention (4711)", "Homework 1 (4711)")
    with pytest.raises(OperatorError, match=r"no column for 'attention'.*--column"):
        encode("canvas", template)
    exported = encode("canvas", template, columns={"attention": "Homework 1 (4711)"})
    assert canvas_import(read(exported))["ADA"]["Homework 1"] == "62.5"


def test_two_columns_of_one_name_are_not_chosen_between() -> None:
    with pytest.raises(OperatorError, match="more than one column"):
        encode("canvas", CANVAS.replace("other (12)", "attention (12)"))


def test_nobody_is_found_by_name() -> None:
    template = CANVAS.replace("ADA", "lovelace")
    exported = encode("canvas", template)
    assert canvas_import(read(exported))["lovelace"]["attention"] == "1.00"
    assert "in grades.csv but not in the gradebook: lovelace" in exported.notes[0]
    assert "not in grades.csv: ada" in exported.notes[1]


def test_two_rows_about_one_person_are_left_alone() -> None:
    twice = CANVAS + '"Byron, A",105,u5,ada,001,2.00,7,14\n'
    exported = encode("canvas", twice)
    assert [row[5] for row in read(exported) if row[0].startswith("Byron")] == ["1.00", "2.00"]
    assert any("more than one row of grades.csv is about ada" in note for note in exported.notes)


def test_a_file_without_ids_is_refused() -> None:
    with pytest.raises(OperatorError, match="none of the columns"):
        encode("canvas", "Student,attention\nAda,1\n")


def test_blackboard_gets_its_own_file_back() -> None:
    text = (
        '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"attention [Total Pts: 100 Score]'
        ' |_9_1"\r\n"Byron"\t"Ada"\t"ada"\t"7"\t""\r\n"李"\t"明"\t"li"\t"8"\t"3"\r\n'
    )
    data = b"\xff\xfe" + text.encode("utf-16-le")
    options = Options(template=parse_table("gc.xls", data))
    exported = FORMATS["blackboard"].encode(GRADES, options)
    assert exported.data.decode("utf-16") == text.replace('"7"\t""', '"7"\t"62.5"')
    assert not any("not scaled" in note for note in exported.notes)


def test_blackboard_without_a_template_finds_people_by_username() -> None:
    rows = read(encode("blackboard"))
    assert rows[:2] == [
        ["Last Name", "First Name", "Username", "attention"],
        ["Byron", "Ada", "ada", "62.5"],
    ]
    assert rows[3][0] == "'=HYPERLINK(1)"


def test_moodle_gets_grade_and_feedback() -> None:
    rows = read(encode("moodle"))
    ada = dict(zip(rows[0], rows[1], strict=True))
    assert (ada["Username"], ada["Email address"], ada["attention"]) == (
        "ada",
        "ada@example.org",
        "62.5",
    )
    assert ada["attention (feedback)"] == (
        "62.5 of 100 points; 10 points were taken off because it was handed in late; sdpa: 40/60; "
        "why: 32.5/40 (=well, yes)"
    )
    eva = dict(zip(rows[0], rows[3], strict=True))
    assert (eva["attention"], eva["attention (feedback)"]) == ("", "")


WORKSHEET = """Identifier,"Full name",ID number,Email address,Status,Grade,Maximum grade,\
Grade can be changed,Last modified (grade),Feedback comments
Participant 311,"Ada Byron",,ADA@example.org,Submitted,,100.00,Yes,-,
Participant 312,"明_李",li,,No submission,,100.00,Yes,-,old
Participant 313,"Eva",=eva,,Submitted,5,100.00,No,-,keep
"""


def test_moodles_worksheet_is_filled_in() -> None:
    exported = encode("moodle-worksheet", WORKSHEET, provisional=True)
    rows = read(exported)
    assert [row[0] for row in rows[1:]] == ["Participant 311", "Participant 312", "Participant 313"]
    assert rows[1][5] == "62.5"
    assert rows[1][9].startswith("62.5 of 100 points")
    assert (rows[2][5], rows[2][9]) == ("", "old")
    assert (rows[3][5], rows[3][9]) == ("5", "keep")
    assert any("Moodle excuses or locks =eva" in note for note in exported.notes)


def test_moodles_worksheet_needs_one_assignment_and_the_table() -> None:
    with pytest.raises(OperatorError, match="give it with --template"):
        encode("moodle-worksheet")
    two = replace(GRADES, works=(WORK, Work("more", None, 1.0)))
    table = parse_table("grades.csv", WORKSHEET.encode())
    with pytest.raises(OperatorError, match="name it with --assignment"):
        FORMATS["moodle-worksheet"].encode(two, Options(template=table))


def test_feedback_in_words_is_in_the_language_of_the_course(course: Course) -> None:
    course.config.Autograder.language = "zh"
    options = Options().of_course(course)
    (_, _, _, _, _, said), *_ = read(FORMATS["moodle"].encode(GRADES, options))[1:]
    assert said.startswith("62.5 / 100 分; ")
    assert "points" not in said


def test_moodles_feedback_zip_has_the_names_that_moodle_reads(tmp_path: Path) -> None:
    page = tmp_path / "attention.html"
    page.write_text("<p>well done</p>")
    pages = {("attention", "ada"): (page,), ("attention", "li"): (page,)}
    exported = encode("moodle-feedback", WORKSHEET, feedback=pages)
    with zipfile.ZipFile(io.BytesIO(exported.data)) as archive:
        names = archive.namelist()
        assert archive.read(names[0]) == b"<p>well done</p>"
    # Moodle splits the folder's name at underscores: name, participant, kind and name of a plugin.
    parsed = [name.split("/")[0].split("_", 4)[1:4] for name in names]
    assert parsed == [["311", "assignfeedback", "file"], ["312", "assignfeedback", "file"]]
    assert exported.rows == 2
    assert any("no feedback page for =eva" in note for note in exported.notes)
    assert exported.data == encode("moodle-feedback", WORKSHEET, feedback=pages).data


@pytest.mark.parametrize("name", ["canvas", "moodle", "blackboard"])
@pytest.mark.parametrize("text", ["a,b", 'q"uote', "two\nlines", "李明", "\u202eabc", "\ud800"])
def test_names_with_any_character_survive(name: str, text: str) -> None:
    person = Person("s", text, None, None)
    grades = Grades("c", (WORK,), (person,), {("attention", "s"): Mark(None, 1.0, 0, 0)})
    rows = read(FORMATS[name].encode(grades, Options()))
    assert text.encode("utf-8", "replace").decode() in rows[-1]
