from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import OperatorError
from autograder.lateness.rules import LateRules, PenaltyBase, parse_duration, parse_rules

FULL = """
timezone = "Europe/Zurich"
late_days = 3
drop_lowest = 1

[late]
grace = "15 min"
per_day = 10
cutoff = "1 w"

[groups]
medical = ["li", "eve"]

[assignment.attention]
due = 2026-11-30T23:59:00
attempts = 5

[assignment.optimizers]
due = 2026-12-14T23:59:00Z
late = { per_day = 0, steps = [["1 h", 5], ["1 d", 20]], of = "max" }

[[extension]]
groups = ["medical"]
by = "3 d"
reason = "doctor's note"

[[extension]]
students = ["ada"]
assignments = ["optimizers"]
until = 2026-12-20T12:00:00
"""


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type,misc]  # the first are numbers


def test_everything_a_file_can_say() -> None:
    rules = parse_rules(FULL)
    assert rules.late == LateRules(
        grace=timedelta(minutes=15), per_day=0.1, cutoff=timedelta(weeks=1)
    )
    assert rules.of("attention").due == at(2026, 11, 30, 22, 59)
    assert rules.of("attention").attempts == 5
    optimizers = rules.of("optimizers")
    assert optimizers.due == at(2026, 12, 14, 23, 59)
    assert optimizers.late.of is PenaltyBase.MAX
    assert optimizers.late.grace == timedelta(minutes=15)
    assert optimizers.late.share(timedelta(hours=2)) == 0.05
    assert optimizers.late.share(timedelta(hours=25)) == 0.2
    assert rules.of("unknown").late == rules.late
    assert (rules.late_days, rules.drop_lowest, rules.zone) == (3, 1, "Europe/Zurich")


def test_the_latest_extension_holds() -> None:
    rules = parse_rules(FULL)
    due = at(2026, 12, 14, 23, 59)
    deadline, extension = rules.extended("optimizers", "li", due)
    assert (deadline, extension and extension.reason) == (at(2026, 12, 17, 23, 59), "doctor's note")
    assert rules.extended("optimizers", "ada", due)[0] == at(2026, 12, 20, 11)
    assert rules.extended("attention", "ada", due) == (due, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("late_days = -1", "late_days: -1 is less than the minimum of 0"),
        ("lat_days = 1", "the file: Additional properties are not allowed \\('lat_days'"),
        ("[late]\nper_day = 120", "late.per_day: 120 is greater than the maximum of 100"),
        ("[late]\ngrace = '15'", "late.grace: '15' is no length of time"),
        ("[late]\nsteps = [['1 d', 20], ['2 d', 10]]", "later steps have to cost more"),
        ("[assignment.a]\ndue = 'tomorrow'", "assignment.a.due: 'tomorrow' is not of type"),
        ("[assignment.a]\ndue = 2026-11-30", "assignment.a.due: .* is not of type 'datetime'"),
        ("[[extension]]\nstudents = ['a']", "extension.0: "),
        ("[[extension]]\ngroups = ['x']\nby = '1 d'", "extension 1: no group 'x' \\(groups: none"),
        ("timezone = 'Mars'", "timezone: there is no 'Mars'"),
        ("timezone = '../../etc/passwd'", "timezone: there is no"),
        ("a = ", "policy.toml: "),
        ("[late]\ngrace = '99999999999999 w'", "longer than can be counted"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(OperatorError, match=message):
        parse_rules(text)


@given(st.text(max_size=200))
def test_any_text_is_rules_or_refused(text: str) -> None:
    with contextlib.suppress(OperatorError):
        parse_rules(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90 s", 90), ("1.5h", 5400), ("1 d 12 h", 129_600), ("2w", 1_209_600)]
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


def test_each_started_day_costs() -> None:
    rules = LateRules(per_day=0.1, at_most=0.35, cutoff=timedelta(days=10))
    shares = [rules.share(timedelta(days=days)) for days in (0, 0.01, 1, 1.01, 3, 9, 10.01)]
    assert shares == [0, 0.1, 0.1, 0.2, pytest.approx(0.3), 0.35, 1]
