"""From the times at which a student handed in to what is taken off, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import final
from zoneinfo import ZoneInfo

from autograder.lateness.rules import Extension, PenaltyBase, Rules

__all__ = ["HandedIn", "Lateness", "assess", "explain", "spoken"]

_DAY = timedelta(days=1)


@final
@dataclass(frozen=True, slots=True)
class HandedIn:
    """When an assignment was due and when a student handed it in, UTC without time zone.

    Args:
        due: for everybody; None if it is never late.
        timestamp: None if nobody knows, which is never late.
    """

    due: datetime | None
    timestamp: datetime | None


@final
@dataclass(frozen=True, slots=True)
class Lateness:
    """What the rules make of one submission.

    Args:
        assignment: its name.
        due: the deadline for everybody; None if there is none.
        deadline: the student's own; None if there is none.
        timestamp: when it was handed in, if known.
        extension: what moved the deadline, if anything did.
        late: how long after the deadline, within the grace period as well.
        counted: how much of it counts after the grace period and the free late days.
        late_days: free late days used here.
        late_days_left: of the student's budget, after this.
        share: what is taken off, from 0 to 1.
        of: of the points earned or of the points there are.
    """

    assignment: str
    due: datetime | None
    deadline: datetime | None
    timestamp: datetime | None
    extension: Extension | None = None
    late: timedelta = timedelta()
    counted: timedelta = timedelta()
    late_days: int = 0
    late_days_left: int = 0
    share: float = 0.0
    of: PenaltyBase = PenaltyBase.SCORE

    def penalty(self, score: float, max_score: float) -> float:
        """Points to take off, at most the points earned.

        Args:
            score: points earned.
            max_score: points there are.
        """
        base = score if self.of is PenaltyBase.SCORE or self.share >= 1 else max_score
        return max(0.0, min(score, self.share * base))


def assess(rules: Rules, student: str, handed: Mapping[str, HandedIn]) -> dict[str, Lateness]:
    """What the rules make of everything that a student handed in.

    Free late days go to the assignments in the order of their deadlines, where they save points.

    Args:
        rules: of the course.
        student: the student's id.
        handed: by assignment.
    """
    found: dict[str, Lateness] = {}
    deadlines = {}
    for assignment, entry in handed.items():
        if entry.due is None:
            found[assignment] = Lateness(assignment, None, None, entry.timestamp)
        else:
            deadlines[assignment] = rules.extended(assignment, student, entry.due)
    left = rules.late_days
    for assignment in sorted(deadlines, key=lambda name: (deadlines[name][0], name)):
        deadline, extension = deadlines[assignment]
        entry = handed[assignment]
        late_rules = rules.of(assignment).late
        late = max((entry.timestamp or deadline) - deadline, timedelta())
        counted = late if late > late_rules.grace else timedelta()
        cut_off = late_rules.cutoff is not None and counted > late_rules.cutoff
        saves = not cut_off and late_rules.share(counted) > 0
        used = min(left, -(-counted // _DAY)) if saves else 0
        left -= used
        remaining = max(counted - used * _DAY, timedelta())
        found[assignment] = Lateness(
            assignment=assignment,
            due=entry.due,
            deadline=deadline,
            timestamp=entry.timestamp,
            extension=extension,
            late=late,
            counted=remaining,
            late_days=used,
            late_days_left=left,
            share=late_rules.share(remaining),
            of=late_rules.of,
        )
    return found


def explain(lateness: Lateness, *, points: float, zone: str = "UTC") -> list[str]:
    """Sentences for the student: deadline, lateness and what it costs; none if not late.

    Args:
        lateness: what the rules made of it.
        points: what is taken off.
        zone: in which time zone times are given.
    """
    if lateness.deadline is None or lateness.timestamp is None:
        return []
    sentences = []
    if lateness.extension is not None:
        reason = f" ({lateness.extension.reason})" if lateness.extension.reason else ""
        sentences.append(f"Your deadline was extended: {_time(lateness.deadline, zone)}{reason}.")
    if lateness.late > timedelta():
        sentences.append(
            f"You handed in at {_time(lateness.timestamp, zone)}, {spoken(lateness.late)} after "
            f"the deadline ({_time(lateness.deadline, zone)})."
        )
        if not lateness.counted and not lateness.late_days:
            sentences.append("That is within the time of grace, and nothing is taken off.")
    if lateness.late_days:
        sentences.append(
            f"Free late days used: {lateness.late_days}, left: {lateness.late_days_left}."
        )
    if lateness.share >= 1:
        sentences.append("That is too late to earn points.")
    elif lateness.share > 0 and lateness.of is PenaltyBase.SCORE:
        sentences.append(
            f"{100 * lateness.share:g} % of the points you earned are taken off: {_points(points)}."
        )
    elif lateness.share > 0:
        sentences.append(
            f"{100 * lateness.share:g} % of all points are taken off: {_points(points)}."
        )
    return sentences


def spoken(duration: timedelta) -> str:
    """A length of time in its two largest units, rounded up to minutes, such as `1 d 3 h`."""
    minutes = -(-duration // timedelta(minutes=1))
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if n]
    return " ".join(parts[:2]) or "0 min"


def _time(stamp: datetime, zone: str) -> str:
    local = stamp.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def _points(points: float) -> str:
    return f"{round(points, 2):g}"
