"""Hostile files and notebooks of many students at once, and what the set of attacks is made of."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import stat
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.grading.batch import grade_assignment
from autograder.grading.verdict import SubmissionStatus
from autograder.sealed import SealedEngine
from tests.attacks.arena import Arena, hand_in
from tests.attacks.attacks import COURSE, NOTEBOOK, honest
from tests.attacks.sealed import GROUPS, POLICY, all_attacks, attacks_of

pytestmark = pytest.mark.filterwarnings("default")

ATTACKS = all_attacks()


def test_there_are_attacks_of_every_kind() -> None:
    assert sum(len(attacks_of(group)) for group in GROUPS) == len(ATTACKS) >= 80
    assert min(len(attacks_of(group)) for group in GROUPS) >= 20
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


def test_the_batch_goes_on(tmp_path: Path) -> None:
    """Hostile files and notebooks of many students at once; each is graded or quarantined."""
    arena = Arena(tmp_path)
    course = arena.course
    # One in six: each was tried alone above, and here it is their company that counts.
    hostile = [attack for attack in ATTACKS if attack.tamper or attack.files][::6]
    for number, attack in enumerate(hostile):
        hand_in(course, f"attacker{number:03}", attack.submission(arena.places))
    _hand_in_odd_folders(course, arena)
    arena.settle()
    try:
        report = grade_assignment(course, NOTEBOOK, engine=SealedEngine, policy=POLICY, workers=2)
        assert arena.damage() == []
    finally:
        arena.close()
    assert set(report.verdicts) == set(course.students(NOTEBOOK))
    most = sum(honest().earned().values())
    assert report.verdicts["honest"].score == report.verdicts["neighbour"].score == most
    with Gradebook(course.db_url) as gradebook:
        for student, verdict in report.verdicts.items():
            if verdict.status is SubmissionStatus.GRADED:
                submission = gradebook.find_submission(NOTEBOOK, student)
                assert submission.score == verdict.score


def _hand_in_odd_folders(course: Course, arena: Arena) -> None:
    good = honest().submission({})
    students = [
        "linked",
        "piped",
        "latin",
        "deep",
        "long",
        "nested",
        "empty",
        "locked",
        "special",
        "hole",
    ]
    for student in students:
        hand_in(course, student, good)
    folders = {student: course.step("submitted", student, NOTEBOOK) for student in students}
    notebook = folders["linked"] / f"{NOTEBOOK}.ipynb"
    notebook.unlink()
    notebook.symlink_to(arena.outside / "secret.txt")
    (folders["linked"] / "outside").symlink_to(arena.outside)
    os.mkfifo(folders["piped"] / "pipe")
    (folders["piped"] / f"{NOTEBOOK}.ipynb").unlink()
    os.mkfifo(folders["piped"] / f"{NOTEBOOK}.ipynb")
    Path(os.fsdecode(os.fsencode(folders["latin"]) + b"/\xff\xe4.txt")).write_bytes(b"x")
    folders["deep"].joinpath(*["d" * 200] * 15).mkdir(parents=True)
    folders["long"].joinpath(*["d" * 200] * 15).mkdir(parents=True)
    folders["long"].joinpath(*["d" * 200] * 15, "file").write_text("x")
    (folders["nested"] / f"{NOTEBOOK}.ipynb").unlink()
    (folders["nested"] / f"{NOTEBOOK}.ipynb").mkdir()
    shutil.rmtree(folders["empty"])
    folders["empty"].mkdir()
    (folders["locked"] / f"{NOTEBOOK}.ipynb").chmod(0)
    folder = os.open(folders["special"], os.O_DIRECTORY)
    with socket.socket(socket.AF_UNIX) as listener:
        # A socket's path has at most 107 bytes, wherever the tests' folder may lie.
        listener.bind(f"/proc/self/fd/{folder}/socket")
    os.close(folder)
    with contextlib.suppress(PermissionError):  # only root makes devices
        os.mknod(folders["special"] / "endless", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    with (folders["hole"] / "hole.csv").open("wb") as hole:
        hole.truncate(1 << 40)


def test_the_course_is_what_it_says() -> None:
    assert [path.name for path in sorted((COURSE / "source" / NOTEBOOK).iterdir())] == [
        "rows.csv",
        "target.ipynb",
    ]
