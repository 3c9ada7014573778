"""Bulk downloads, with the names that each system gives."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from autograder.collect import Outcome, collect
from autograder.collect.lms import System, recognise
from autograder.collect.roster import Roster, RosterEntry, read_rosters, squash
from autograder.course import Course
from tests.builders import SQUARE, make_course, notebook
from tests.gradebooks import with_gradebook

BYTES = notebook(SQUARE)
CANVAS_ROSTER = (
    "Student,ID,SIS User ID,SIS Login ID,Section\n"
    '"    Points Possible",,,,\n"Byron, Ada",101,u1,ada,1\n"李, 明",102,u2,li,1\n'
)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path / "course", attention=SQUARE, optimizers=SQUARE)


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def table(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def submitted(course: Course) -> set[str]:
    root = course.root / "submitted"
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and ".history" not in path.parts
    }


def test_a_download_from_canvas(course: Course, tmp_path: Path) -> None:
    source = zipped(
        tmp_path / "submissions.zip",
        {
            "byronada_101_2001_attention-2.ipynb": BYTES,
            "byronada_101_2001_data.csv": b"1",
            "limíng_LATE_102_2002_attention.ipynb": BYTES,
            "stranger_103_2003_attention.ipynb": BYTES,
        },
    )
    roster = table(tmp_path / "canvas.csv", CANVAS_ROSTER)
    report = collect(course, [source], "attention", rosters=[roster])
    assert set(report.systems.values()) == {System.CANVAS}
    assert submitted(course) == {
        "ada/attention/attention.ipynb",
        "ada/attention/data.csv",
        "li/attention/attention.ipynb",
    }
    (ada,) = (filed for filed in report.filed if filed.student == "ada")
    assert ada.renamed == (("attention-2.ipynb", "attention.ipynb"),)
    (doubt,) = report.doubtful
    assert doubt.path == "stranger_103_2003_attention.ipynb"
    assert "nobody in the roster has the number 103 or is called 'stranger'" in doubt.reason


def test_two_of_one_name_are_told_apart_by_number_or_not_at_all(
    course: Course, tmp_path: Path
) -> None:
    source = zipped(tmp_path / "s.zip", {"weizhang_7_1_attention.ipynb": BYTES})
    names = "id,first_name,last_name\nwz1,Wei,Zhang\nwz2,Wei,Zhang\n"
    roster = table(tmp_path / "students.csv", names)
    report = collect(course, [source], "attention", rosters=[roster])
    assert not report.filed
    assert "wz1 and wz2 are both called 'weizhang'" in report.doubtful[0].reason
    canvas = table(tmp_path / "c.csv", 'Student,ID,SIS Login ID,Section\n"Zhang, Wei",7,wz2,1\n')
    report = collect(course, [source], "attention", rosters=[roster, canvas])
    assert [filed.student for filed in report.filed] == ["wz2"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("byronada_999_1_attention.ipynb", "ada is called 'byronada' but has another number"),
        ("byronada_102_1_attention.ipynb", "gives 102 to li, but it is ada who is called"),
    ],
)
def test_a_number_and_a_name_that_contradict_each_other_find_nobody(
    course: Course, tmp_path: Path, name: str, reason: str
) -> None:
    source = zipped(tmp_path / "s.zip", {name: BYTES})
    roster = table(tmp_path / "canvas.csv", CANVAS_ROSTER)
    report = collect(course, [source], "attention", rosters=[roster])
    assert not report.filed
    assert reason in report.doubtful[0].reason


def test_without_any_roster_that_is_what_is_said(course: Course, tmp_path: Path) -> None:
    source = zipped(tmp_path / "s.zip", {"byronada_101_1_attention.ipynb": BYTES})
    report = collect(course, [source], "attention")
    assert "there is no roster to look up the number 101" in report.doubtful[0].reason


@pytest.mark.parametrize(
    "name",
    [
        "Ada Byron_311_assignsubmission_file_/attention.ipynb",
        "Ada Byron_311_assignsubmission_file/attention.ipynb",
        "Ada Byron_311_assignsubmission_file_attention.ipynb",
        "course-homework-1/Ada Byron_311_assignsubmission_file/attention (1).ipynb",
    ],
)
def test_a_download_from_moodle(course: Course, tmp_path: Path, name: str) -> None:
    source = zipped(tmp_path / "moodle.zip", {name: BYTES})
    worksheet = table(
        tmp_path / "worksheet.csv",
        'Identifier,Full name,Email address,Grade\n"Participant 311",A. B.,Ada@example.org,\n',
    )
    own = table(tmp_path / "students.csv", "id,email\nada,ada@example.org\n")
    report = collect(course, [source], "attention", rosters=[worksheet, own])
    assert report.doubtful == ()
    assert submitted(course) == {"ada/attention/attention.ipynb"}


BLACKBOARD = {
    "Home_work 1_ada_attempt_2026-03-01-10-00-00.txt": b"Name: Ada Byron (ada)\r\nDate: x\r\n",
    "Home_work 1_ada_attempt_2026-03-01-10-00-00_attention.ipynb": BYTES,
    "Home_work 1_ada_attempt_2026-03-02-10-00-00_attention.ipynb": BYTES + b" ",
    "Home_work 1_j_doe_attempt_2026-03-02-11-00-00_attention.ipynb": BYTES,
}


def test_a_download_from_blackboard(course: Course, tmp_path: Path) -> None:
    source = zipped(tmp_path / "gradebook.zip", BLACKBOARD)
    report = collect(course, [source], "attention")
    assert [(filed.student, filed.outcome) for filed in report.filed] == [
        ("ada", Outcome.NEW),
        ("ada", Outcome.REPLACED),
        ("j_doe", Outcome.NEW),
    ]
    ada = course.step("submitted", "ada", "attention")
    assert (ada / "attention.ipynb").read_bytes() == BYTES + b" "
    assert (ada / "timestamp.txt").read_text() == "2026-03-02 10:00:00 UTC\n"


def test_late_without_a_time_is_said(course: Course, tmp_path: Path) -> None:
    names = ("byronada_101_2001_attention.ipynb", "li_LATE_102_2002_attention.ipynb")
    source = zipped(tmp_path / "submissions.zip", dict.fromkeys(names, BYTES))
    roster = table(tmp_path / "canvas.csv", CANVAS_ROSTER)
    report = collect(course, [source], "attention", rosters=[roster])
    assert report.undated == (("li", "attention"),)


def test_a_notebook_under_another_name_is_filed_where_the_assignment_is_named(
    course: Course, tmp_path: Path
) -> None:
    source = zipped(tmp_path / "s.zip", {"byronada_101_2001_Untitled.ipynb": BYTES})
    roster = table(tmp_path / "canvas.csv", CANVAS_ROSTER)
    assert collect(course, [source], rosters=[roster]).filed == ()
    assert len(collect(course, [source], "attention", rosters=[roster]).filed) == 1
    assert submitted(course) == {"ada/attention/Untitled.ipynb"}


def test_a_damaged_text_of_blackboard_costs_only_itself(course: Course, tmp_path: Path) -> None:
    text, *notebooks = BLACKBOARD
    source = zipped(tmp_path / "gradebook.zip", {**BLACKBOARD, text: b"t" * 100})
    source.write_bytes(source.read_bytes().replace(b"t" * 100, b"x" * 100))
    roster = table(tmp_path / "students.csv", "id,email\nada,a@x\nj_doe,j@x\n")
    report = collect(course, [source], "attention", rosters=[roster])
    assert len(report.filed) == len(notebooks)
    assert [doubt.path for doubt in report.doubtful] == [text]


@pytest.mark.parametrize(("late_replaces", "kept"), [(False, BYTES), (True, BYTES + b" ")])
def test_the_last_one_before_the_deadline_counts_unless_told(
    course: Course, tmp_path: Path, *, late_replaces: bool, kept: bytes
) -> None:
    (course.root / "policy.toml").write_text(
        "timezone = 'Asia/Shanghai'\n[assignment.attention]\ndue = 2026-03-01T12:00:00\n"
    )
    source = zipped(tmp_path / "gradebook.zip", BLACKBOARD)
    report = collect(course, [source], "attention", late_replaces=late_replaces)
    outcomes = {filed.outcome for filed in report.filed if filed.student == "ada"}
    assert (Outcome.AFTER_DEADLINE in outcomes) is not late_replaces
    ada = course.step("submitted", "ada", "attention")
    assert (ada / "attention.ipynb").read_bytes() == kept
    assert "j_doe" in {filed.student for filed in report.filed}


@pytest.mark.parametrize("dry_run", [False, True])
def test_attempts_are_limited(course: Course, tmp_path: Path, *, dry_run: bool) -> None:
    (course.root / "policy.toml").write_text("[assignment.attention]\nattempts = 1\n")
    source = zipped(tmp_path / "gradebook.zip", BLACKBOARD)
    report = collect(course, [source], "attention", dry_run=dry_run)
    assert [filed.outcome for filed in report.filed if filed.student == "ada"] == [
        Outcome.NEW,
        Outcome.TOO_MANY,
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(course: Course, tmp_path: Path) -> None:
    source = zipped(tmp_path / "gradebook.zip", BLACKBOARD)
    planned = collect(course, [source], "attention", dry_run=True)
    assert not (course.root / "submitted").exists()
    done = collect(course, [source], "attention")
    assert [(f.student, f.outcome, f.came) for f in planned.filed] == [
        (f.student, f.outcome, f.came) for f in done.filed
    ]
    assert planned.filed[0].came == ("Home_work 1_ada_attempt_2026-03-01-10-00-00_attention.ipynb",)


def test_a_folder_of_repositories(course: Course, tmp_path: Path) -> None:
    for account in ("ada-l", "stranger"):
        home = tmp_path / "repos" / f"attention-{account}"
        (home / ".git").mkdir(parents=True)
        (home / ".git" / "config").write_text("")
        (home / "attention.ipynb").write_bytes(BYTES)
        (home / "timestamp.txt").write_text("2001-01-01 00:00:00 UTC")
    roster = table(tmp_path / "students.csv", "id,github\nada,Ada-L\n")
    report = collect(course, [tmp_path / "repos"], "attention", rosters=[roster])
    assert set(report.systems.values()) == {System.GITHUB}
    assert submitted(course) == {"ada/attention/attention.ipynb"}
    reasons = " ".join(doubt.reason for doubt in report.doubtful)
    assert "nobody in the roster has the account 'stranger'" in reasons
    assert "a student does not say when work came in" in reasons


def test_the_assignment_is_told_by_its_notebook(course: Course, tmp_path: Path) -> None:
    source = zipped(tmp_path / "s.zip", {"byronada_101_2001_optimizers.ipynb": BYTES})
    roster = table(tmp_path / "canvas.csv", CANVAS_ROSTER)
    report = collect(course, [source], rosters=[roster])
    assert [filed.assignment for filed in report.filed] == ["optimizers"]


def test_the_gradebook_learns_names_and_addresses_from_a_roster(
    course: Course, tmp_path: Path
) -> None:
    with_gradebook(course)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_student("ada", first_name="Augusta")
    source = zipped(tmp_path / "s.zip", {"liming_102_2002_attention.ipynb": BYTES})
    canvas = table(tmp_path / "canvas.csv", CANVAS_ROSTER)
    own = table(tmp_path / "students.csv", "id,email\nada,Ada@x.org\neve,eve@x.org\n")
    collect(course, [source], "attention", rosters=[canvas, own], dry_run=True)
    collect(course, [source], "attention", rosters=[canvas, own])
    with Gradebook(course.db_url, course.course_id) as gradebook:
        found = {(p.id, p.first_name, p.last_name, p.email) for p in gradebook.students}
    assert found == {("ada", "Augusta", "Byron", "Ada@x.org"), ("li", "明", "李", None)}


def test_names_are_compared_without_punctuation() -> None:
    assert squash("O'Neil-Smith, José") == squash("oneilsmith josé")


def test_an_entry_without_an_id_is_linked_by_its_address_only() -> None:
    entries = [
        RosterEntry("ada", emails=frozenset({"a@x"})),
        RosterEntry("", emails=frozenset({"a@x"}), keys=frozenset({"moodle:1"})),
        RosterEntry("", names=frozenset({"eve"}), keys=frozenset({"moodle:2"})),
    ]
    roster = Roster(entries)
    assert roster.by_key("moodle:1") == "ada"
    assert roster.by_key("moodle:2") is None
    assert (roster.by_name("eve"), roster.unlinked) == ([], ["eve"])


def test_canvas_numbers_are_no_ids(tmp_path: Path) -> None:
    roster = read_rosters([table(tmp_path / "c.csv", CANVAS_ROSTER)])
    assert (roster.by_id("101"), roster.by_key("canvas:101")) == (None, "ada")


NAMES = st.lists(
    st.text(st.sampled_from("aA1_-/. (李"), min_size=1, max_size=12)
    | st.sampled_from(
        ["a_1_2_n.ipynb", "A B_3_assignsubmission_file_/n.ipynb", "h_u_attempt_2026-01-01-01-01-01"]
    ),
    max_size=6,
)


@given(NAMES)
def test_no_file_is_lost_whatever_the_names(names: list[str]) -> None:
    paths = sorted({PurePosixPath(f"x{name}.ipynb".replace("//", "/")) for name in names})
    found = recognise(paths, ["n"], "a", Roster([RosterEntry("u")]), lambda _: b"")
    if found is None:
        return
    placed = {str(path) for sent in found.sent for path in sent.files.values()}
    assert placed | {path for path, _ in found.doubtful} == {str(path) for path in paths}
