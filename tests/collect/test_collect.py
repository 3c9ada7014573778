from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from autograder.collect import CollectReport, Outcome, collect
from autograder.course import Course
from autograder.errors import OperatorError
from autograder.trail import read_trail
from tests.builders import SQUARE, bottomless, make_course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path / "course", square=SQUARE, cubes=SQUARE)


def write(path: Path, data: bytes = b"{}") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def submitted(course: Course) -> dict[str, bytes]:
    base = course.root / "submitted"
    return {
        path.relative_to(base).as_posix(): path.read_bytes()
        for path in sorted(base.rglob("*"))
        if path.is_file() and ".history" not in path.parts
    }


def outcomes(report: CollectReport) -> list[str]:
    return [str(filed.outcome) for filed in report.filed]


def test_a_folder_is_filed_as_nbgrader_reads_it(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "in/alice/square/square.ipynb", b"not even JSON")
    write(tmp_path / "in/alice/square/timestamp.txt", b"2026-01-01 00:00:00 UTC")
    write(tmp_path / "in/李明/square/square.ipynb")
    report = collect(course, [tmp_path / "in"])
    assert outcomes(report) == ["new", "new"]
    assert report.doubtful == ()
    assert course.students("square") == ["alice", "李明"]
    assert submitted(course)["alice/square/square.ipynb"] == b"not even JSON"


def test_folders_without_end_are_left_and_the_others_filed(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "in/alice/square.ipynb")
    with bottomless(tmp_path / "in/bob"):
        report = collect(course, [tmp_path / "in"])
    assert outcomes(report) == ["new"]
    assert "more than 40 deep" in str(report.doubtful)


def test_the_same_bytes_change_nothing(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "in/alice/square.ipynb")
    collect(course, [tmp_path / "in"])
    target = course.root / "submitted/alice/square/square.ipynb"
    before = target.stat()
    assert outcomes(collect(course, [tmp_path / "in"])) == ["unchanged"]
    assert target.stat().st_ino == before.st_ino
    assert not (course.root / "submitted/.history").exists()


def test_a_resubmission_replaces_and_the_old_one_is_kept(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "in/alice/square.ipynb", b"first")
    write(tmp_path / "in/alice/notes.txt", b"mine")
    collect(course, [tmp_path / "in"])
    write(tmp_path / "in/alice/square.ipynb", b"second")
    (tmp_path / "in/alice/notes.txt").unlink()
    (filed,) = collect(course, [tmp_path / "in"]).filed
    assert filed.outcome is Outcome.REPLACED
    assert submitted(course) == {"alice/square/square.ipynb": b"second"}
    assert filed.history is not None
    assert (filed.history / "square.ipynb").read_bytes() == b"first"
    assert (filed.history / "notes.txt").read_bytes() == b"mine"
    assert course.students("square") == ["alice"]


def test_every_replaced_version_is_kept(course: Course, tmp_path: Path) -> None:
    histories = set()
    for number in range(4):
        write(tmp_path / "in/alice/square.ipynb", str(number).encode())
        (filed,) = collect(course, [tmp_path / "in"]).filed
        histories.add(filed.history)
    kept = [(path / "square.ipynb").read_bytes() for path in histories if path]
    assert sorted(kept) == [b"0", b"1", b"2"]


def test_an_older_submission_does_not_replace_a_newer(course: Course, tmp_path: Path) -> None:
    for day, name in (("02", "late"), ("01", "early")):
        write(tmp_path / name / "alice/square/square.ipynb", name.encode())
        write(
            tmp_path / name / "alice/square/timestamp.txt", f"2026-01-{day} 10:00:00 UTC".encode()
        )
    collect(course, [tmp_path / "late"])
    (filed,) = collect(course, [tmp_path / "early"]).filed
    assert filed.outcome is Outcome.OLDER
    assert filed.history is not None
    assert (filed.history / "square.ipynb").read_bytes() == b"early"
    assert "set-aside" in filed.history.parts
    (again,) = collect(course, [tmp_path / "early"]).filed
    assert again.history == filed.history
    assert submitted(course)["alice/square/square.ipynb"] == b"late"


def test_single_notebooks_of_one_student_are_one_submission(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course", square=SQUARE)
    write(tmp_path / "course/source/square/more.ipynb")
    files = [write(tmp_path / f"al_{name}.ipynb", name.encode()) for name in ("square", "more")]
    assert outcomes(collect(course, files)) == ["new"]
    write(files[1], b"again")
    assert outcomes(collect(course, files[1:])) == ["replaced"]
    assert submitted(course) == {
        "al/square/more.ipynb": b"again",
        "al/square/square.ipynb": b"square",
    }


def test_an_ambiguous_assignment_is_left_until_it_is_named(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "course/source/cubes/square.ipynb")
    write(tmp_path / "in/alice/square.ipynb")
    report = collect(course, [tmp_path / "in"])
    assert report.filed == ()
    assert "cubes or square: say which with --assignment" in report.doubtful[0].reason
    assert outcomes(collect(course, [tmp_path / "in"], "cubes")) == ["new"]


def test_links_pipes_and_hidden_files_are_not_followed(course: Course, tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.txt", b"secret")
    home = write(tmp_path / "in/alice/square.ipynb").parent
    (home / "link.txt").symlink_to(secret)
    (home / "folder").symlink_to(tmp_path)
    os.mkfifo(home / "pipe")
    write(home / ".ipynb_checkpoints/square-checkpoint.ipynb")
    report = collect(course, [tmp_path / "in"])
    assert submitted(course) == {"alice/square/square.ipynb": b"{}"}
    assert {doubt.path for doubt in report.doubtful} == {
        "alice/link.txt",
        "alice/folder",
        "alice/pipe",
    }


def test_file_names_that_are_no_text_are_listed(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "in/alice/square.ipynb")
    os.close(os.open(os.fsencode(tmp_path / "in/alice") + b"/\xff.txt", os.O_CREAT))
    report = collect(course, [tmp_path / "in"])
    assert outcomes(report) == ["new"]
    assert len(report.doubtful) == 1
    assert "cannot be shown" in report.doubtful[0].reason


def test_a_bad_source_does_not_stop_the_others(course: Course, tmp_path: Path) -> None:
    broken = write(tmp_path / "broken.zip", b"PK nonsense")
    write(tmp_path / "in/alice/square.ipynb")
    report = collect(course, [broken, tmp_path / "in"])
    assert outcomes(report) == ["new"]
    assert "not a zip" in report.doubtful[0].reason


def test_a_file_that_cannot_be_read_costs_its_submission_only(
    course: Course, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("alice/square.ipynb", "a" * 100)
        archive.writestr("bob/square.ipynb", "b" * 100)
    data = (tmp_path / "class.zip").read_bytes()
    (tmp_path / "class.zip").write_bytes(data.replace(b"a" * 100, b"x" * 100))
    report = collect(course, [tmp_path / "class.zip"])
    assert [filed.student for filed in report.filed] == ["bob"]
    assert "alice/square.ipynb: it is damaged" in report.doubtful[0].reason


def test_a_damaged_file_beside_the_notebook_costs_only_itself(
    course: Course, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("alice/square.ipynb", "{}")
        archive.writestr("alice/picture.png", "b" * 100)
    data = (tmp_path / "class.zip").read_bytes()
    (tmp_path / "class.zip").write_bytes(data.replace(b"b" * 100, b"x" * 100))
    report = collect(course, [tmp_path / "class.zip"])
    assert submitted(course) == {"alice/square/square.ipynb": b"{}"}
    assert [doubt.path for doubt in report.doubtful] == ["alice/picture.png"]
    assert "it is damaged" in report.doubtful[0].reason


def test_what_programs_leave_behind_is_named(course: Course, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name in ("alice/square.ipynb", "__MACOSX/alice/._square.ipynb", "alice/.git/a/b"):
            archive.writestr(name, "{}")
    write(tmp_path / "in/bob/.ipynb_checkpoints/square-checkpoint.ipynb")
    report = collect(course, [tmp_path / "class.zip", tmp_path / "in"])
    assert [name for _, name in report.noise] == [
        "__MACOSX",
        "alice/.git",
        "bob/.ipynb_checkpoints",
    ]


def test_what_came_in_is_on_record_with_its_hash(course: Course, tmp_path: Path) -> None:
    for data in (b"first", b"second", b"second"):
        write(tmp_path / "in/alice/square.ipynb", data)
        collect(course, [tmp_path / "in"], dry_run=True)
        collect(course, [tmp_path / "in"])
    found = [(entry.action, entry.facts["outcome"]) for entry in read_trail(course)]
    assert found == [("collected", "new"), ("collected", "replaced")]
    files = read_trail(course)[1].facts["files"]
    assert files == {"square.ipynb": hashlib.sha256(b"second").hexdigest()}


@pytest.mark.parametrize(
    ("name", "assignment", "encoding", "message"),
    [
        ("nowhere", None, None, "nothing to collect at"),
        ("in", "nope", None, "no assignment 'nope'"),
        ("in", None, "klingon", "no encoding 'klingon'"),
        ("file.tar", None, None, "no folder, zip or notebook"),
    ],
)
def test_wrong_arguments_are_operator_errors(
    course: Course,
    tmp_path: Path,
    name: str,
    assignment: str | None,
    encoding: str | None,
    message: str,
) -> None:
    (tmp_path / "in").mkdir()
    write(tmp_path / "file.tar")
    with pytest.raises(OperatorError, match=message):
        collect(course, [tmp_path / name], assignment, encoding=encoding)
