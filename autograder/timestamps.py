"""When work came in, as `timestamp.txt` of a submission says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from autograder.course import Course
from autograder.lateness.rules import load_rules

__all__ = ["read_timestamp", "zones_of"]

_MOST_BYTES: Final = 100
_STAMP: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)"
    r"(?: ?(?:(Z)|([+-])(\d\d):?(\d\d))| ([A-Za-z][A-Za-z_/]{0,31}))?",
    re.ASCII,
)


def zones_of(course: Course) -> tuple[str, ...]:
    """The time zones that a course names: of nbgrader's exchange and of `policy.toml`.

    Raises:
        OperatorError: `policy.toml` says something that has no meaning.
    """
    exchange = course.config.Exchange.get("timezone")
    rules = load_rules(course)
    named = [exchange if isinstance(exchange, str) else "", rules.zone if rules else ""]
    return tuple(filter(None, named))


def read_timestamp(data: bytes, zones: Iterable[str] = ()) -> datetime | None:
    """The time that a file says, UTC without time zone, as nbgrader stores it.

    nbgrader's own reader takes `+0100` for a hundred seconds, and for UTC every abbreviation that
    is no name of a zone, such as the `CEST` that it writes if `Exchange.timezone` is Europe/Zurich.

    Args:
        data: such as `2026-11-30 23:59:00.000000 UTC`; without a time zone it is UTC.
        zones: names of the zones whose abbreviations are understood.

    Returns:
        None if it says no time, or one in a zone that nobody knows.
    """
    match = _STAMP.fullmatch(data[:_MOST_BYTES].decode(errors="replace").strip())
    if match is None:
        return None
    day, time, utc, sign, hours, minutes, name = match.groups()
    try:
        # Python knows microseconds and nothing smaller.
        stamp = datetime.fromisoformat(f"{day} {time[:15]}")
        zone: tzinfo | None = UTC
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            zone = timezone(-offset if sign == "-" else offset)
        elif name and not utc:
            zone = _zone(stamp, name, zones)
        if zone is None:
            return None
        return stamp.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _zone(stamp: datetime, name: str, zones: Iterable[str]) -> tzinfo | None:
    """What a name means at some time; first as an abbreviation in one of the zones."""
    for zone in filter(None, map(_named, zones)):
        for fold in (0, 1):
            local = stamp.replace(tzinfo=zone, fold=fold)
            if local.tzname() == name and (offset := local.utcoffset()) is not None:
                return timezone(offset)
    return _named(name)


def _named(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None
