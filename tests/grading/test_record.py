from __future__ import annotations

import json

import pytest

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading.record import Recorder, load_record, record_path
from autograder.grading.verdict import CellVerdict, Repair, Status, SubmissionStatus, Verdict


def save(course: Course, **verdicts: Verdict) -> None:
    recorder = Recorder(course, "square")
    for student, verdict in verdicts.items():
        recorder.add(student, verdict)
    recorder.save()


GOOD = Verdict(
    assignment="square",
    status=SubmissionStatus.GRADED,
    cells=(
        CellVerdict(
            "square",
            "values",
            Status.FAILED,
            0.0,
            2.0,
            message="平方不对",
            cpu_seconds=0.25,
            peak_bytes=7,
        ),
    ),
    repairs=(Repair("square", "values", "put back"),),
    seconds=1.5,
)
BAD = Verdict(assignment="square", status=SubmissionStatus.QUARANTINED, reason="it is empty")


def test_what_was_saved_is_loaded(course: Course) -> None:
    assert load_record(course, "square") == {}
    save(course, ada=GOOD, bob=BAD)
    loaded = load_record(course, "square")
    assert (loaded["bob"].status, loaded["bob"].reason) == (BAD.status, BAD.reason)
    assert loaded["ada"].repairs == GOOD.repairs
    cell = loaded["ada"].cells["square", "values"]
    assert (cell.status, cell.points, cell.message) == (Status.FAILED, 0.0, "平方不对")
    assert (cell.cpu_seconds, cell.peak_bytes, loaded["ada"].seconds) == (0.25, 7, 1.5)


def test_students_that_were_not_graded_again_stay(course: Course) -> None:
    save(course, bob=BAD, ada=BAD)
    save(course, ada=GOOD)
    loaded = load_record(course, "square")
    assert list(loaded) == ["ada", "bob"]
    assert loaded["ada"].status is SubmissionStatus.GRADED


def test_a_lone_surrogate_in_a_message_can_be_kept(course: Course) -> None:
    odd = Verdict(assignment="square", status=SubmissionStatus.QUARANTINED, reason="\ud800")
    save(course, ada=odd)
    assert load_record(course, "square")["ada"].reason == "\ud800"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is damaged"),
        ("[]", "is damaged"),
        (json.dumps({"schema": 1, "submissions": [{"student": "a"}]}), "is damaged"),
        (json.dumps({"schema": 2, "submissions": []}), "another version"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(course: Course, text: str, message: str) -> None:
    path = record_path(course, "square")
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(OperatorError, match=message):
        load_record(course, "square")


def test_a_record_without_students_stops_grading_with_its_name(course: Course) -> None:
    path = record_path(course, "square")
    path.parent.mkdir()
    path.write_text(json.dumps({"schema": 1, "submissions": [{"name": "ada"}]}))
    with pytest.raises(OperatorError, match=r"square\.json is damaged"):
        Recorder(course, "square")
