from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from autograder.lateness.assess import HandedIn, Lateness, assess, explain, spoken
from autograder.lateness.rules import LateRules, PenaltyBase, Rules, parse_rules

DUE = datetime(2026, 11, 30, 22, tzinfo=UTC).replace(tzinfo=None)


def one(rules: Rules, late: timedelta) -> Lateness:
    return assess(rules, "ada", {"a": HandedIn(DUE, DUE + late)})["a"]


def rules(**late: object) -> Rules:
    return Rules(late=LateRules(**late))  # type: ignore[arg-type]  # of several types


def test_in_time_costs_nothing() -> None:
    verdict = one(rules(per_day=0.5), timedelta(hours=-1))
    assert (verdict.share, verdict.penalty(10, 20)) == (0, 0)
    assert explain(verdict, points=0) == []


def test_grace_forgives_all_or_nothing() -> None:
    policy = rules(per_day=0.5, grace=timedelta(minutes=15))
    assert one(policy, timedelta(minutes=15)).share == 0
    assert any("time of grace" in s for s in explain(one(policy, timedelta(minutes=15)), points=0))
    assert one(policy, timedelta(minutes=16)).share == 0.5


def test_a_share_of_the_points_earned_or_of_all_points() -> None:
    assert one(rules(per_day=0.1), timedelta(hours=1)).penalty(50, 100) == 5
    of_max = rules(per_day=0.1, of=PenaltyBase.MAX)
    assert one(of_max, timedelta(hours=1)).penalty(50, 100) == 10
    assert one(of_max, timedelta(hours=1)).penalty(4, 100) == 4


def test_beyond_the_cut_off_nothing_is_earned() -> None:
    verdict = one(rules(cutoff=timedelta(days=2), of=PenaltyBase.MAX), timedelta(days=2, hours=1))
    assert verdict.penalty(50, 100) == 50
    assert "That is too late to earn points." in explain(verdict, points=50)


def test_free_late_days_go_to_the_earlier_deadlines() -> None:
    policy = Rules(late=LateRules(per_day=0.1), late_days=3)
    week = timedelta(weeks=1)
    found = assess(
        policy,
        "ada",
        {
            "third": HandedIn(DUE + 2 * week, DUE + 2 * week + timedelta(days=1)),
            "first": HandedIn(DUE, DUE + timedelta(days=1, hours=1)),
            "second": HandedIn(DUE + week, DUE + week + timedelta(days=2)),
        },
    )
    used = {name: (entry.late_days, entry.late_days_left) for name, entry in found.items()}
    assert used == {"first": (2, 1), "second": (1, 0), "third": (0, 0)}
    assert [found[name].share for name in ("first", "second", "third")] == [0, 0.1, 0.1]
    assert "Free late days used: 2, left: 1." in explain(found["first"], points=0)


def test_free_late_days_are_not_wasted_beyond_the_cut_off() -> None:
    policy = Rules(late=LateRules(cutoff=timedelta(days=2)), late_days=2)
    verdict = one(policy, timedelta(days=3))
    assert (verdict.late_days, verdict.late_days_left, verdict.share) == (0, 2, 1)


def test_free_late_days_are_not_wasted_where_lateness_costs_nothing() -> None:
    policy = Rules(late=LateRules(steps=((timedelta(days=2), 0.5),)), late_days=3)
    verdict = one(policy, timedelta(days=1))
    assert (verdict.late_days, verdict.late_days_left, verdict.share) == (0, 3, 0)
    verdict = one(policy, timedelta(days=2, hours=1))
    assert (verdict.late_days, verdict.late_days_left, verdict.share) == (3, 0, 0)


def test_a_student_is_told_when_and_why() -> None:
    policy = parse_rules(
        "timezone = 'Asia/Shanghai'\n[late]\nper_day = 10\n"
        "[[extension]]\nstudents = ['ada']\nby = '1 d'\nreason = 'ill'"
    )
    verdict = one(policy, timedelta(days=1, hours=3))
    assert explain(verdict, points=7.25, zone=policy.zone) == [
        "Your deadline was extended: 2026-12-02 06:00 CST (ill).",
        "You handed in at 2026-12-02 09:00 CST, 3 h after the deadline (2026-12-02 06:00 CST).",
        "10 % of the points you earned are taken off: 7.25.",
    ]


def test_without_a_date_nothing_is_late() -> None:
    found = assess(rules(per_day=1.0), "ada", {"a": HandedIn(None, DUE), "b": HandedIn(DUE, None)})
    assert [entry.share for entry in found.values()] == [0, 0]


def test_lengths_are_spoken_in_two_units() -> None:
    assert spoken(timedelta(days=2, hours=3, minutes=4)) == "2 d 3 h"
    assert spoken(timedelta(seconds=1)) == "1 min"


@given(
    st.timedeltas(timedelta(), timedelta(days=40)),
    st.timedeltas(timedelta(), timedelta(days=40)),
    st.integers(0, 5),
)
def test_later_never_costs_less_and_never_more_than_was_earned(
    one_late: timedelta, other: timedelta, days: int
) -> None:
    policy = Rules(
        late=LateRules(
            grace=timedelta(hours=1),
            per_day=0.07,
            steps=((timedelta(hours=2), 0.01), (timedelta(days=3), 0.2)),
            cutoff=timedelta(days=30),
        ),
        late_days=days,
    )
    early, late = (one(policy, when).penalty(12, 20) for when in sorted((one_late, other)))
    assert 0 <= early <= late <= 12
