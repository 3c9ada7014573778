"""Nobody gets points for nothing, touches anything outside, reads secrets or stops the class."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.grading.batch import grade_assignment
from autograder.grading.verdict import SubmissionStatus
from autograder.sealed import SealedEngine
from tests.attacks.arena import Arena, hand_in
from tests.attacks.attacks import COURSE, NOTEBOOK, Attack, honest
from tests.attacks.sealed import POLICY, Range, all_attacks, firing_range

pytestmark = pytest.mark.filterwarnings("default")

ATTACKS = all_attacks()

_INPUTS = "inputs of hidden tests reach the student through messages; see docs/security.md"
_KEPT = "student code keeps the inputs of hidden tests for its later cells; see docs/security.md"
KNOWN_LIMITS = {
    "forging/detects_the_visible_test": _INPUTS,
    "leaks/arguments_as_the_result": _INPUTS,
    "leaks/arguments_in_the_assertion": _INPUTS,
    "leaks/arguments_in_the_exception": _INPUTS,
    "leaks/measures_and_tells": _INPUTS,
    "leaks/arguments_kept_for_a_later_cell": _KEPT,
    "leaks/arguments_kept_in_files": _KEPT,
    "leaks/arguments_printed_by_a_thread": _KEPT,
}
"""What is not defended: each of these leaks is found, and the day it is closed its test says so."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    with firing_range(tmp_path_factory.mktemp("range")) as place:
        yield place


def test_there_are_attacks_of_every_kind() -> None:
    groups = [attack.name.partition("/")[0] for attack in ATTACKS]
    counts = {group: groups.count(group) for group in set(groups)}
    assert len(ATTACKS) >= 80
    assert min(counts[group] for group in ("forging", "harm", "leaks", "tampering")) >= 20
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


def test_an_honest_submission_gets_every_point_and_does_no_damage(place: Range) -> None:
    result = place.run(honest())
    assert (result.outcome, result.stolen, result.robbed) == ("graded", 0, 0)
    assert result.damage == result.leaks == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_attack_wins_nothing(attack: Attack, place: Range) -> None:
    result = place.run(attack)
    assert result.outcome in {"graded", "quarantined"}, result.damage
    assert result.stolen == 0, f"points for nothing: {attack.wants}"
    assert result.damage == []
    assert result.robbed == 0, "honest work in the same notebook was not paid"
    if reason := KNOWN_LIMITS.get(attack.name):
        assert result.leaks == ["83125"], "closed: take it out of KNOWN_LIMITS"
        pytest.xfail(reason)
    assert result.leaks == []


def test_the_batch_goes_on(tmp_path: Path) -> None:
    """Hostile files and notebooks of many students at once; each is graded or quarantined."""
    arena = Arena(tmp_path)
    course = arena.course
    # One in three: each was tried alone above, and here it is their company that counts.
    hostile = [attack for attack in ATTACKS if attack.tamper or attack.files][::3]
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
    for student in ("linked", "piped", "latin", "deep", "nested", "empty", "locked"):
        hand_in(course, student, good)
    folders = {
        student: course.step("submitted", student, NOTEBOOK)
        for student in ("linked", "piped", "latin", "deep", "nested", "empty", "locked")
    }
    notebook = folders["linked"] / f"{NOTEBOOK}.ipynb"
    notebook.unlink()
    notebook.symlink_to(arena.outside / "secret.txt")
    (folders["linked"] / "outside").symlink_to(arena.outside)
    os.mkfifo(folders["piped"] / "pipe")
    (folders["piped"] / f"{NOTEBOOK}.ipynb").unlink()
    os.mkfifo(folders["piped"] / f"{NOTEBOOK}.ipynb")
    Path(os.fsdecode(os.fsencode(folders["latin"]) + b"/\xff\xe4.txt")).write_bytes(b"x")
    folders["deep"].joinpath(*["d" * 200] * 15).mkdir(parents=True)
    (folders["nested"] / f"{NOTEBOOK}.ipynb").unlink()
    (folders["nested"] / f"{NOTEBOOK}.ipynb").mkdir()
    shutil.rmtree(folders["empty"])
    folders["empty"].mkdir()
    (folders["locked"] / f"{NOTEBOOK}.ipynb").chmod(0)


def test_the_course_is_what_it_says() -> None:
    assert [path.name for path in sorted((COURSE / "source" / NOTEBOOK).iterdir())] == [
        "rows.csv",
        "target.ipynb",
    ]
