"""A term from empty folders to the files for each LMS, through the commands that a grader types.

Two hundred students, four assignments. Equal notebooks are graded once, so that this costs little;
with `AUTOGRADER_TERM=full` no two are equal, and engines and workers are those of the command line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from autograder.grading import schedulers
from autograder.grading.local import LocalBackend
from autograder.grading.pool import EngineFactory
from autograder.trail import read_trail
from tests.builders import make_course, notebook
from tests.gradebooks import with_gradebook
from tests.term.assignments import ASSIGNMENTS, source_cells
from tests.term.inbox import POLICY, Inbox, attempts, lateness_factor, stamp_of_exchange
from tests.term.students import HandIn, Student, hand_in, manual_points, students

FULL = os.environ.get("AUTOGRADER_TERM") == "full"
COUNT = 200
SHOWN = ["s021", "s003", "s014", "s020"]
"""Whose feedback is written where the whole class would take too long."""


@dataclass
class Term:
    """A term that is over, and what was said on the way."""

    course: Course
    people: list[Student]
    handed_in: dict[tuple[str, str], HandIn]
    said: dict[str, str] = field(default_factory=dict)
    preview: dict[str, Any] = field(default_factory=dict)
    untouched: bool = False

    @property
    def root(self) -> Path:
        return self.course.root

    @property
    def out(self) -> Path:
        return self.root.parent / "out"

    def run(self, *arguments: object, code: int = 0) -> str:
        """One command of the grader's."""
        words = ["--course", str(self.root), *map(str, arguments)]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        assert result.exit_code == code, f"{words}: {result.output}"
        return result.output

    def of(self, work: str) -> dict[Student, HandIn]:
        return {person: self.handed_in[work, person.id] for person in self.people}

    def points(self, work: str, person: Student, *, mended: bool = True) -> float | None:
        """What a student has to have in the end; None if the notebook cannot be graded."""
        mine = self.handed_in[work, person.id]
        earned = mine.mended if mended else mine.points
        if not earned:
            return None
        by_hand = manual_points(person) if mine.answered else 0
        words_graded = bool(self.handed_in["words", person.id].points)
        factor = lateness_factor(person, work, words_graded=words_graded)
        return factor * (sum(earned.values()) + by_hand)

    def lines(self, name: str) -> list[list[str]]:
        text = (self.out / name).read_text(encoding="utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory, warm: EngineFactory) -> Iterator[Term]:
    root = tmp_path_factory.mktemp("term")
    cells = {name: source_cells(work) for name, work in ASSIGNMENTS.items()}
    course = with_gradebook(make_course(root / "course", **cells))
    part_time = ", ".join(f'"s{number:03}"' for number in range(5, COUNT, 10))
    (course.root / "policy.toml").write_text(POLICY.format(part_time=part_time))
    term = Term(course, students(COUNT), {})
    term.out.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        if not FULL:
            borrowed = LocalBackend
            patch.setattr(
                schedulers,
                "make_backend",
                lambda *args, **kwargs: borrowed(warm, 1),
            )
        _begin(term)
        _collect(term)
        _grade(term)
        _mend(term)
        _give_back(term)
        yield term


def _begin(term: Term) -> None:
    for name, work in ASSIGNMENTS.items():
        term.run("release", "--no-audit", name)
        given = json.loads((term.root / "release" / name / f"{name}.ipynb").read_bytes())
        for person in term.people:
            term.handed_in[name, person.id] = hand_in(person, work, given, personal=FULL)


def _collect(term: Term) -> None:
    inbox = Inbox(term.root.parent / "inbox", term.people)
    inbox.tables()
    own, tables = inbox.folder / "students.csv", inbox.folder

    def collect(work: str, *sources: object, roster: str = "", code: int = 0) -> str:
        rosters = ["--roster", own] + (["--roster", tables / roster] if roster else [])
        return term.run("collect", *sources, "--assignment", work, *rosters, code=code)

    canvas = inbox.canvas(term.of("areas"))
    half = inbox.folder / "canvas-half.zip"
    term.said["half"] = collect("areas", half, roster="canvas.csv", code=1)
    term.said["areas, dry"] = term.run(
        *("collect", canvas, "--assignment", "areas", "--dry-run"),
        *("--roster", own, "--roster", tables / "canvas.csv"),
    )
    assert not (term.root / "submitted").exists()
    term.said["areas"] = collect("areas", canvas, roster="canvas.csv")
    term.said["lists"] = collect("lists", inbox.moodle(term.of("lists")), roster="moodle.csv")
    decoy = (term.root / "release/words/words.ipynb").read_bytes()
    board = inbox.blackboard(term.of("words"), decoy)
    term.said["words"] = collect("words", board, roster="blackboard.csv")
    records = term.of("records")
    parts = [{p: work for p, work in records.items() if p.number % 3 == n} for n in range(3)]
    term.said["records, repositories"] = collect("records", inbox.repositories(parts[0]))
    for person, work in parts[1].items():
        # Where `nbgrader collect` and `nbgrader zip_collect` put them.
        folder = term.course.step("submitted", person.id, "records")
        folder.mkdir(parents=True)
        (folder / f"{work.file}.ipynb").write_bytes(work.data)
        (folder / "timestamp.txt").write_text(stamp_of_exchange(person))
    flat, folders = inbox.mails(parts[2])
    term.said["records, flat"] = collect("records", flat)
    term.said["records, folders"] = collect("records", folders)


def _grade(term: Term) -> None:
    for name in ASSIGNMENTS:
        term.said[f"grade {name}"] = term.run("grade", name, "--json", term.out / f"{name}.json")
    with Gradebook(term.course.db_url, term.course.course_id) as gradebook:
        # As the formgrader writes it.
        for submission in gradebook.assignment_submissions("lists"):
            for sheet in submission.notebooks:
                (answer,) = [grade for grade in sheet.grades if grade.name == "why"]
                if answer.needs_manual_grade:
                    answer.manual_score = int(submission.student_id[1:]) % 5
                    answer.needs_manual_grade = False
                    (said,) = [comment for comment in sheet.comments if comment.name == "why"]
                    said.manual_comment = f"Read, {submission.student_id}."
        gradebook.db.commit()
    term.said["explain by hand"] = term.run("explain", "s003", "lists")


def _mend(term: Term) -> None:
    path = term.root / "source/lists/lists.ipynb"
    path.write_bytes(notebook(source_cells(ASSIGNMENTS["lists"], mended=True)))
    before = (term.root / "gradebook.db").read_bytes()
    look = term.out / "preview.json"
    term.said["preview"] = term.run("grade", "lists", "--preview", "--json", look)
    term.preview = json.loads(look.read_text())
    term.untouched = (term.root / "gradebook.db").read_bytes() == before
    term.said["mended"] = term.run(
        "grade", "lists", "--preview", "--yes", "--json", term.out / "mended.json"
    )


def _give_back(term: Term) -> None:
    term.said["policy"] = term.run("policy", "--apply")
    some = [] if FULL else [word for student in SHOWN for word in ("--student", student)]
    for name in ("words", "lists"):
        term.said[f"feedback {name}"] = term.run("feedback", name, *some)
    tables = term.root.parent / "inbox"
    for name, work, file, more in (
        ("canvas", "areas", "canvas.csv", ["--template", tables / "canvas.csv"]),
        ("moodle-worksheet", "lists", "moodle.csv", ["--template", tables / "moodle.csv"]),
        ("moodle-feedback", "lists", "moodle.zip", ["--template", tables / "moodle.csv"]),
        ("blackboard", "words", "blackboard.csv", ["--template", tables / "blackboard.csv"]),
        ("csv-wide", "", "wide.csv", []),
        ("csv-cells", "", "cells.csv", []),
        ("xlsx", "", "grades.xlsx", []),
        ("json", "", "grades.json", []),
    ):
        chosen = ["--assignment", work] if work else []
        term.said[f"export {name}"] = term.run(
            "export", "--format", name, *chosen, *more, "--to", term.out / file
        )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _by_student(term: Term, work: str) -> dict[str, float | None]:
    return {person.id: term.points(work, person) for person in term.people}


def _close(found: Mapping[str, float | None], wanted: Mapping[str, float | None]) -> None:
    """The same students and points, those who have none included."""
    rounded = [
        {who: points if points is None else round(points, 6) for who, points in marks.items()}
        for marks in (found, wanted)
    ]
    assert rounded[0] == rounded[1]


def test_every_submission_came_in_or_was_named(term: Term) -> None:
    for name in ASSIGNMENTS:
        assert term.course.students(name) == [person.id for person in term.people]
        for person in term.people:
            mine = term.handed_in[name, person.id]
            folder = term.course.step("submitted", person.id, name)
            assert (folder / f"{mine.file}.ipynb").read_bytes() == mine.data, (name, person)
    assert "nobody in the roster has the number 9999" in term.said["areas"]
    assert "nobody in the roster has the number 9 " in term.said["lists"]
    assert "the path leads outside its folder" in term.said["lists"]
    assert "nobody in the roster has the username 'zzz'" in term.said["words"]
    assert "nobody in the roster has the account 'nobody'" in term.said["records, repositories"]
    assert "nothing says whose it is" in term.said["records, flat"]


def test_half_a_download_files_nothing_and_says_why(term: Term) -> None:
    assert "it is not a zip that can be read" in term.said["half"]
    assert "Collected 0 submissions" in term.said["half"]


def test_a_dry_run_says_where_everything_would_go(term: Term) -> None:
    assert sum("/areas: new" in line for line in term.said["areas, dry"].splitlines()) == COUNT


def test_what_canvas_calls_late_is_said(term: Term) -> None:
    line = next(line for line in term.said["areas"].splitlines() if line.startswith("Late, but"))
    assert all(f"s{number:03}" in line for number in range(3, COUNT, 50))


def test_attempts_that_do_not_count_are_kept(term: Term) -> None:
    kept = list((term.root / "submitted/.history").rglob("words.ipynb"))
    decoys = sum(not attempt.is_own for person in term.people for attempt in attempts(person))
    assert len(kept) == decoys
    assert len({path.read_bytes() for path in kept}) == 1


def test_everybody_gets_what_the_work_is_worth(term: Term) -> None:
    for name in ASSIGNMENTS:
        found = {
            entry["student"]: {
                cell["grade_id"]: cell["points"]
                for cell in entry["cells"]
                if cell["grade_id"] != "why"
            }
            for entry in json.loads((term.out / f"{name}.json").read_text())["submissions"]
            if entry["status"] == "graded"
        }
        wanted = {p.id: work.points for p, work in term.of(name).items() if work.points}
        assert found == wanted


def test_what_cannot_be_graded_is_in_every_summary(term: Term) -> None:
    for name in ASSIGNMENTS:
        lost = [person.id for person, work in term.of(name).items() if not work.points]
        assert f"Quarantined ({len(lost)})" in term.said[f"grade {name}"]
        assert all(f"  {student}: {name}.ipynb: " in term.said[f"grade {name}"] for student in lost)
        if name in ("areas", "words"):
            system = "canvas" if name == "areas" else "blackboard"
            note = f"{name} was handed in but is in quarantine: {', '.join(lost)}."
            assert note in term.said[f"export {system}"]
    lost = [person.id for person, work in term.of("lists").items() if not work.points]
    assert "In quarantine since" in term.run("explain", lost[0], "lists")
    assert {change["student"] for change in term.preview["changes"] if change["reason"]} == set(
        lost
    )


def test_repairs_are_listed_and_others_have_none(term: Term) -> None:
    for name in ASSIGNMENTS:
        entries = json.loads((term.out / f"{name}.json").read_text())["submissions"]
        for entry in entries:
            mine = term.handed_in[name, entry["student"]]
            said = [repair["what"] for repair in entry["repairs"]]
            assert bool(said) == bool(mine.repairs), (mine.kind, said)
            assert any(mine.repairs in what for what in said) or not mine.repairs, mine.kind


def test_the_preview_says_who_changes_and_writes_nothing(term: Term) -> None:
    assert term.untouched
    assert "Nothing was written." in term.said["preview"]
    wanted = {
        person.id: work.mended["largest-values"] - work.points["largest-values"]
        for person, work in term.of("lists").items()
        if work.points and work.mended != work.points
    }
    assert set(wanted.values()) == {2, -2}
    changes = [change for change in term.preview["changes"] if not change["reason"]]
    assert {change["student"]: change["difference"] for change in changes} == wanted
    assert {cell["cell"] for change in changes for cell in change["cells"]} == {"largest-values"}
    assert sum(term.preview["before"]) == sum(term.preview["after"])
    assert term.preview["before"] != term.preview["after"]


def test_marks_and_comments_of_people_survive_the_regrade(term: Term) -> None:
    with Gradebook(term.course.db_url, term.course.course_id) as gradebook:
        marks = {
            submission.student_id: (grade.manual_score, comment.manual_comment)
            for submission in gradebook.assignment_submissions("lists")
            for sheet in submission.notebooks
            for grade in sheet.grades
            for comment in sheet.comments
            if (grade.name, comment.name) == ("why", "why")
        }
    for person, work in term.of("lists").items():
        if work.answered:
            assert marks[person.id] == (manual_points(person), f"Read, {person.id}.")
        elif work.points:
            assert marks[person.id] == (None, None)


def test_the_file_for_canvas_has_every_mark(term: Term) -> None:
    _, most, *rows = term.lines("canvas.csv")
    assert most[0].strip() == "Points Possible"
    _close({row[3]: _number(row[5]) for row in rows}, _by_student(term, "areas"))


def test_the_worksheet_for_moodle_has_every_mark(term: Term) -> None:
    _, *rows = term.lines("moodle.csv")
    found = {row[2].removesuffix("@example.org"): _number(row[4]) for row in rows}
    _close(found, _by_student(term, "lists"))


def test_the_file_for_blackboard_has_every_mark(term: Term) -> None:
    _, *rows = term.lines("blackboard.csv")
    _close({row[2]: _number(row[3]) for row in rows}, _by_student(term, "words"))


def test_tables_and_data_say_the_same(term: Term) -> None:
    document = json.loads((term.out / "grades.json").read_text())
    scores = {
        (entry["assignment"], entry["student"]): entry["score"]
        for entry in document["submissions"]
        if entry["score"] is not None
    }
    header, *rows = term.lines("wide.csv")
    for name in ASSIGNMENTS:
        wanted = _by_student(term, name)
        given = {who: points for who, points in wanted.items() if points is not None}
        _close({who: score for (work, who), score in scores.items() if work == name}, given)
        column = next(index for index, title in enumerate(header) if name in title)
        _close(
            {row[0]: _number(row[column]) or None for row in rows if row[0] in given},
            {who: points or None for who, points in given.items()},
        )


def test_no_name_is_computed_by_a_spreadsheet(term: Term) -> None:
    for name in ("canvas.csv", "moodle.csv", "blackboard.csv", "wide.csv", "cells.csv"):
        for row in term.lines(name):
            assert not any(cell.startswith(("=", "@", "\t")) for cell in row), (name, row)
            assert not any(cell.startswith("+") for cell in row), (name, row)
    book = openpyxl.load_workbook(term.out / "grades.xlsx")
    names = [cell for sheet in book for row in sheet.iter_rows(max_col=4) for cell in row]
    typed = [cell.value for cell in names if cell.data_type == "f"]
    assert not any("SUM(A1)" in str(value) or "1+1" in str(value) for value in typed)


def test_pages_tell_students_repairs_lateness_and_no_hidden_test(term: Term) -> None:
    page = (term.root / "feedback/s021/words/words.html").read_text()
    assert "recognised by what it defines" in page
    assert "10 % of the points you earned are taken off: 0.3." in page
    assert "try has none" in page
    assert "shout('李x')" not in page
    assert "=uppercase" not in page
    with zipfile.ZipFile(term.out / "moodle.zip") as archive:
        folders = {name.split("/")[0].split("_")[1] for name in archive.namelist()}
    shown = [p for p in term.people if FULL or p.id in SHOWN]
    assert folders == {str(person.moodle) for person in shown}


def test_one_mark_from_the_bytes_to_the_line_of_the_lms(term: Term) -> None:
    student, work = "s021", "words"
    with zipfile.ZipFile(term.root.parent / "inbox/blackboard.zip") as archive:
        (member,) = [
            name for name in archive.namelist() if f"_{student}_" in name and "ipynb" in name
        ]
        digest = hashlib.sha256(archive.read(member)).hexdigest()
    entries = [
        entry
        for entry in read_trail(term.course)
        if (entry.facts.get("student"), entry.facts.get("assignment")) == (student, work)
    ]
    collected = next(entry for entry in entries if entry.action == "collected")
    assert collected.facts["files"]["words.ipynb"] == digest
    assert collected.facts["source"].endswith("blackboard.zip")
    graded = next(entry for entry in entries if entry.action == "graded")
    assert graded.facts["files"]["words.ipynb"] == digest
    assert [cell[1:] for cell in graded.facts["cells"]] == [
        ["shout-values", "passed", 3.0, 3.0],
        ["vowels-values", "failed", 0.0, 2.0],
    ]
    told = " ".join(term.run("explain", student, work).split())
    went_out = hashlib.sha256((term.out / "blackboard.csv").read_bytes()).hexdigest()
    for words in (
        digest,
        "2.7 of 5 points: 3 earned, 0.3 taken off",
        "Free late days used: 1, left: 0.",
        "10 % of the points you earned are taken off: 0.3.",
        "blackboard.zip: new",
        "these bytes in submitted/: the same today",
        f"tests {graded.facts['tests'][:12]}: the same today",
        "exported: 2.7 points to blackboard.csv, format blackboard",
        f"(sha256 {went_out})",
    ):
        assert words in told
    (line,) = [row for row in term.lines("blackboard.csv") if row[2] == student]
    assert line[3] == "2.7"


def test_a_mark_by_hand_and_a_mended_test_are_on_record(term: Term) -> None:
    told = " ".join(term.run("explain", "s003", "lists").split())
    assert "a person entered 3 points, comment 'Read, s003.' for why" in told
    assert told.count(" graded: ") == 2, told
