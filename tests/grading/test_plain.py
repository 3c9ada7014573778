from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.assignment import Assignment, load_assignment
from autograder.course import Course
from autograder.grading.grade import Submission
from autograder.grading.plain import PlainError, decode, digest, encode
from autograder.grading.policy import Policy
from autograder.grading.received import check_verdict, read_verdict
from autograder.grading.verdict import (
    CellVerdict,
    Repair,
    Status,
    SubmissionStatus,
    Verdict,
)

LIMIT = 1 << 20


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    name: str = "a"
    number: float = 1.5
    count: int = 2
    colour: Colour = Colour.RED
    pairs: frozenset[tuple[str, str]] = frozenset({("a", "b")})
    parts: Mapping[str, bytes] = field(default_factory=lambda: {"x": b"\x00\xff", "y": b""})
    maybe: bool | None = None
    data: Any = None


def test_what_is_encoded_comes_back() -> None:
    thing = Thing(name="\ud800 李", data={"deep": [1, {"x": None}]})
    assert decode(Thing, encode(thing), limit=LIMIT) == thing


def test_equal_things_have_equal_bytes_and_others_have_not() -> None:
    one = Thing(parts={"x": b"1", "y": b"2"})
    assert digest(one) == digest(Thing(parts={"y": b"2", "x": b"1"}))
    assert digest(one) != digest(Thing(parts={"x": b"12", "y": b""}))
    assert digest(one) != digest(replace(one, name="b"))


def test_an_assignment_and_a_policy_travel_whole(course: Course) -> None:
    assignment = load_assignment(course, "square")
    (course.source("square") / "data.bin").write_bytes(bytes(range(256)))
    assignment = replace(
        load_assignment(course, "square"), open_cells=frozenset({("square", "cube-values")})
    )
    arrived = decode(Assignment, encode(assignment), limit=LIMIT)
    assert arrived == assignment
    assert arrived.digest == assignment.digest
    assert decode(Policy, encode(Policy()), limit=LIMIT) == Policy()


@pytest.mark.parametrize(
    ("field_name", "value"),
    [
        ("name", 1),
        ("number", "1.5"),
        ("number", True),
        ("number", 10**400),
        ("count", 2.0),
        ("count", True),
        ("colour", "blue"),
        ("pairs", [["a"]]),
        ("pairs", {"a": "b"}),
        ("parts", {"x": 7}),
        ("parts", {"x": -1}),
        ("parts", {"x": True}),
        ("maybe", "yes"),
    ],
)
def test_a_field_of_another_type_is_refused(field_name: str, value: object) -> None:
    data = encode(Thing())
    head = json.loads(data[12 : 12 + int.from_bytes(data[4:12], "big")])
    head["body"][field_name] = value
    text = json.dumps(head).encode()
    forged = data[:4] + len(text).to_bytes(8, "big") + text + b"\x00\xff"
    with pytest.raises(PlainError, match=f"Thing.{field_name}"):
        decode(Thing, forged, limit=LIMIT)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b'{"schema": 1, "type": "Thing", "blobs": [], "body": {}}',
        b'{"schema": 1, "type": "Thing", "blobs": [9], "body": {}}',
        b'{"schema": 1, "type": "Thing", "blobs": "x", "body": {}}',
        b'{"schema": 2, "type": "Thing", "blobs": [], "body": {}}',
        b'{"schema": 1, "type": "Other", "blobs": [], "body": {}}',
        b'{"schema": 1, "type": "Thing", "blobs": [], "body": NaN}',
        b"[" * 100_000,
        b"1" * 10_000,
        b"\xff",
    ],
)
def test_what_is_no_document_is_refused(text: bytes) -> None:
    with pytest.raises(PlainError):
        decode(Thing, b"AGP\n" + len(text).to_bytes(8, "big") + text, limit=LIMIT)


def test_more_than_the_limit_is_refused() -> None:
    with pytest.raises(PlainError, match="more than 100"):
        decode(Submission, encode(Submission({"a": b"x" * 200})), limit=100)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(PlainError):
        decode(Thing, data, limit=LIMIT)


@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_a_changed_byte_is_read_or_refused(position: int, value: int) -> None:
    data = bytearray(encode(Thing()))
    data[position % len(data)] = value
    try:
        found = decode(Thing, bytes(data), limit=LIMIT)
    except PlainError:
        return
    assert isinstance(found, Thing)
    assert isinstance(found.number, float)


@pytest.fixture
def verdict() -> Verdict:
    return Verdict(
        assignment="square",
        status=SubmissionStatus.GRADED,
        cells=(
            CellVerdict("square", "square-values", Status.PASSED, 2.0, 2.0),
            CellVerdict("square", "cube-values", Status.FAILED, 0.0, 1.0, message="wrong"),
            CellVerdict("square", "why", Status.MANUAL, 0.0, 3.0),
        ),
        repairs=(Repair("square", "cube-values", "put back"),),
        unanswered=(("square", "cube"),),
        notebooks={"square": b'{"nbformat": 4, "cells": []}'},
        engine="instant",
        seconds=1.5,
    )


def test_a_verdict_comes_back_as_it_was(course: Course, verdict: Verdict) -> None:
    assert read_verdict(encode(verdict), load_assignment(course, "square")) == verdict


def cell(verdict: Verdict, index: int, **changes: Any) -> Verdict:
    cells = list(verdict.cells)
    cells[index] = replace(cells[index], **changes)
    return replace(verdict, cells=tuple(cells))


def test_a_verdict_that_grading_cannot_give_is_refused(course: Course, verdict: Verdict) -> None:
    assignment = load_assignment(course, "square")
    impossible = {
        "is about 'other'": replace(verdict, assignment="other"),
        "has 2 cells": replace(verdict, cells=verdict.cells[1:]),
        "worth something else": cell(verdict, 0, max_points=99.0, points=99.0),
        "is not square/square-values": cell(verdict, 0, grade_id="cube-values"),
        "has 3.0 of 2.0 points": cell(verdict, 0, points=3.0),
        "has -1.0 of 2.0 points": cell(verdict, 0, points=-1.0, status=Status.PARTIAL),
        "has nan of 2.0 points": cell(verdict, 0, points=float("nan")),
        "has points and is failed": cell(verdict, 1, points=1.0),
        "passed without its points": cell(verdict, 0, points=1.0),
        "which a manual cell cannot be": cell(verdict, 2, status=Status.PASSED, points=3.0),
        "which a grade cell cannot be": cell(verdict, 1, status=Status.MANUAL),
        "a text about cell": cell(verdict, 1, message="x" * 1_000_000),
        "other notebooks": replace(verdict, notebooks={"../x": b"{}"}),
        "is no notebook": replace(verdict, notebooks={"square": b"<script>"}),
        "square of the verdict is no notebook": replace(
            verdict, notebooks={"square": b'{"nbformat": 4, "cells": [{"source": []}]}'}
        ),
        "a text of the verdict is too long": replace(
            verdict, repairs=(Repair("square", "x" * 1_000_000, "put back"),)
        ),
        "no finite time": replace(verdict, seconds=float("inf")),
        "quarantined submission has points": replace(
            verdict, status=SubmissionStatus.QUARANTINED, notebooks={}
        ),
    }
    for message, wrong in impossible.items():
        with pytest.raises(PlainError, match=message):
            check_verdict(wrong, assignment)
