from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import Course
from autograder.timestamps import read_timestamp, zones_of
from tests.builders import make_course


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-30 23:59:00 UTC", "2026-11-30 23:59:00"),
        ("2026-11-30 23:59:00.123456789 UTC\n", "2026-11-30 23:59:00.123456"),
        ("2026-11-30 23:59", "2026-11-30 23:59:00"),
        ("2026-11-30T23:59:00Z", "2026-11-30 23:59:00"),
        ("2026-11-30 23:59:00 +0100", "2026-11-30 22:59:00"),
        ("2026-11-30 23:59:00-05:30", "2026-12-01 05:29:00"),
        ("2026-11-30 23:59:00 Europe/Zurich", "2026-11-30 22:59:00"),
        ("2026-07-30 23:59:00 CEST", "2026-07-30 21:59:00"),
        ("2026-10-25 02:30:00 CEST", "2026-10-25 00:30:00"),
        ("2026-10-25 02:30:00 CET", "2026-10-25 01:30:00"),
    ],
)
def test_times_are_read_in_the_zone_that_they_name(text: str, utc: str) -> None:
    assert str(read_timestamp(text.encode(), ["Europe/Zurich"])) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday evening",
        "10",
        "30.11.2026 23:59",
        "2026-11-31 23:59:00 UTC",
        "2026-11-30 23:59:00 PDT",
        "2026-11-30 23:59:00 America",
        "2026-11-30 23:59:00 +9900",
        "0001-01-01 00:00:00 +1400",
        "99999-99-99 25:61:61.000000 Nowhere/Never",
    ],
)
def test_a_time_that_is_not_certain_is_none(text: str) -> None:
    assert read_timestamp(text.encode(), ["Europe/Zurich", "Nowhere/Never"]) is None


@settings(max_examples=50)
@given(
    st.binary(max_size=120) | st.from_regex(r"2026-11-30 23:59:00 [A-Za-z_/]{1,32}").map(str.encode)
)
def test_any_bytes_are_a_time_or_none(data: bytes) -> None:
    read_timestamp(data, ["Europe/Zurich"])


def test_the_zones_of_a_course_are_those_of_the_exchange_and_of_the_rules(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    assert zones_of(course) == ()
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Exchange.timezone = 'Asia/Shanghai'\n")
    (course.root / "policy.toml").write_text("timezone = 'Europe/Zurich'\n")
    assert zones_of(Course.open(course.root)) == ("Asia/Shanghai", "Europe/Zurich")
