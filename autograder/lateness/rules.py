"""What a course has decided about time: `policy.toml`, read strictly."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from itertools import pairwise
from types import MappingProxyType
from typing import Any, final
from zoneinfo import ZoneInfo

import jsonschema

from autograder.course import Course
from autograder.errors import OperatorError

__all__ = [
    "FILE_NAME",
    "AssignmentRules",
    "Extension",
    "LateRules",
    "PenaltyBase",
    "Rules",
    "carries_errors",
    "load_rules",
    "parse_duration",
    "parse_rules",
]

FILE_NAME = "policy.toml"

_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PART = r"\s*(\d+(?:\.\d+)?)\s*(s|min|h|d|w)\s*"


class PenaltyBase(StrEnum):
    """Of what a penalty takes its share."""

    SCORE = "score"
    MAX = "max"


@final
@dataclass(frozen=True, slots=True)
class LateRules:
    """What lateness costs.

    Args:
        grace: lateness up to this is none; beyond it, all of it counts.
        per_day: share taken off for each started day, from 0 to 1.
        steps: (lateness, share): beyond the lateness the share is taken off; the last that fits.
        at_most: no more than this share is taken off before the cut-off.
        cutoff: beyond this nothing is earned; None for never.
        of: whether the share is one of the points earned or of the points there are.
    """

    grace: timedelta = timedelta()
    per_day: float = 0.0
    steps: tuple[tuple[timedelta, float], ...] = ()
    at_most: float = 1.0
    cutoff: timedelta | None = None
    of: PenaltyBase = PenaltyBase.SCORE

    def share(self, late: timedelta) -> float:
        """What is taken off, from 0 to 1, after late days of a budget are used up."""
        if late <= timedelta():
            return 0.0
        if self.cutoff is not None and late > self.cutoff:
            return 1.0
        share = self.per_day * -(-late // timedelta(days=1))
        share += next((cost for after, cost in reversed(self.steps) if late > after), 0.0)
        return min(share, self.at_most)


@final
@dataclass(frozen=True, slots=True)
class Extension:
    """More time for some students.

    Args:
        students: their ids.
        assignments: for which; all of them if empty.
        by: how much longer; None if `until` is given.
        until: until when, UTC without time zone; None if `by` is given.
        reason: for the record; it is shown to the student.
    """

    students: frozenset[str]
    assignments: frozenset[str]
    by: timedelta | None
    until: datetime | None
    reason: str

    def deadline(self, due: datetime) -> datetime:
        """The deadline that it gives."""
        return self.until if self.until is not None else due + (self.by or timedelta())


@final
@dataclass(frozen=True, slots=True)
class AssignmentRules:
    """What holds for one assignment.

    Args:
        due: UTC without time zone, as nbgrader stores it; None to leave it to the gradebook.
        late: what lateness costs.
        attempts: how often it may be handed in; None for as often as one likes.
        carried_errors: whether exercises that fail are tried again with the reference in the place
            of earlier ones.
    """

    due: datetime | None
    late: LateRules
    attempts: int | None
    carried_errors: bool = False


@final
@dataclass(frozen=True, slots=True)
class Rules:
    """Everything in `policy.toml`.

    Args:
        late: what lateness costs where an assignment does not say otherwise.
        late_days: how many started days of lateness each student has free in the whole course.
        assignments: by name.
        extensions: in the order of the file.
        drop_lowest: how many assignments with the lowest share of points leave the total.
        zone: the time zone of the file's times.
    """

    late: LateRules = field(default_factory=LateRules)
    late_days: int = 0
    assignments: Mapping[str, AssignmentRules] = field(default_factory=dict)
    extensions: tuple[Extension, ...] = ()
    drop_lowest: int = 0
    zone: str = "UTC"

    def of(self, assignment: str) -> AssignmentRules:
        """What holds for an assignment."""
        return self.assignments.get(assignment) or AssignmentRules(None, self.late, None)

    def extended(
        self, assignment: str, student: str, due: datetime
    ) -> tuple[datetime, Extension | None]:
        """A student's deadline, and the extension that gives it: the latest one."""
        fitting = [
            extension
            for extension in self.extensions
            if student in extension.students
            and (not extension.assignments or assignment in extension.assignments)
        ]
        best = max(fitting, key=lambda extension: extension.deadline(due), default=None)
        if best is None or best.deadline(due) <= due:
            return due, None
        return best.deadline(due), best


def load_rules(course: Course) -> Rules | None:
    """The rules of a course; None if it has no `policy.toml`.

    Raises:
        OperatorError: the file says something that has no meaning.
    """
    path = course.root / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"{path} cannot be read: {error}") from error
    return parse_rules(text, str(path))


def carries_errors(course: Course, assignment: str) -> bool:
    """Whether `policy.toml` wants exercises tried again that an earlier one made fail.

    Raises:
        OperatorError: the file says something that has no meaning.
    """
    rules = load_rules(course)
    return rules is not None and rules.of(assignment).carried_errors


def parse_rules(text: str, where: str = FILE_NAME) -> Rules:
    """Parse the text of a `policy.toml`.

    Raises:
        OperatorError: it is not TOML, or says something that has no meaning.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise OperatorError(f"{where}: {error}") from error
    errors = sorted(
        _validator().iter_errors(document), key=lambda error: list(map(str, error.path))
    )
    if errors:
        key = ".".join(map(str, errors[0].absolute_path)) or "the file"
        raise OperatorError(f"{where}: {key}: {errors[0].message}")
    return _rules(document, where)


def parse_duration(text: str) -> timedelta:
    """A length of time such as `15 min` or `1 d 12 h`.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch(f"({_PART})+", text):
        raise ValueError(f"{text!r} is no length of time: write it like '15 min' or '1 d 12 h'")
    try:
        return timedelta(
            seconds=sum(float(n) * _UNITS[unit] for n, unit in re.findall(_PART, text))
        )
    except OverflowError as error:
        raise ValueError(f"{text!r} is longer than can be counted") from error


@cache
def _validator() -> Any:
    text = resources.files("autograder.lateness").joinpath("policy.schema.json").read_text()
    standard = jsonschema.Draft202012Validator
    checker = standard.TYPE_CHECKER.redefine(
        "datetime", lambda _, value: isinstance(value, datetime)
    )
    return jsonschema.validators.extend(standard, type_checker=checker)(json.loads(text))


def _rules(document: Mapping[str, Any], where: str) -> Rules:
    name = document.get("timezone", "UTC")
    try:
        zone = ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise OperatorError(
            f"{where}: timezone: there is no {name!r}; try 'Europe/Zurich'"
        ) from error
    reader = _Reader(where, zone)
    late = reader.late(document.get("late", {}), "late")
    groups = {name: frozenset(ids) for name, ids in document.get("groups", {}).items()}
    return Rules(
        late=late,
        late_days=document.get("late_days", 0),
        assignments=MappingProxyType(
            {
                name: reader.assignment(entry, document.get("late", {}), f"assignment.{name}")
                for name, entry in document.get("assignment", {}).items()
            }
        ),
        extensions=tuple(
            reader.extension(entry, groups, f"extension {number}")
            for number, entry in enumerate(document.get("extension", ()), start=1)
        ),
        drop_lowest=document.get("drop_lowest", 0),
        zone=name,
    )


@final
@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns checked entries into rules; knows where they stand."""

    where: str
    zone: ZoneInfo

    def late(self, entry: Mapping[str, Any], key: str) -> LateRules:
        steps = tuple(
            (self.duration(after, f"{key}.steps"), cost / 100)
            for after, cost in entry.get("steps", ())
        )
        if any(a >= b for one, two in pairwise(steps) for a, b in zip(one, two, strict=True)):
            raise OperatorError(f"{self.where}: {key}.steps: later steps have to cost more")
        cutoff = entry.get("cutoff")
        return LateRules(
            grace=self.duration(entry.get("grace", "0 s"), f"{key}.grace"),
            per_day=entry.get("per_day", 0) / 100,
            steps=steps,
            at_most=entry.get("at_most", 100) / 100,
            cutoff=None if cutoff is None else self.duration(cutoff, f"{key}.cutoff"),
            of=PenaltyBase(entry.get("of", "score")),
        )

    def assignment(
        self, entry: Mapping[str, Any], common: Mapping[str, Any], key: str
    ) -> AssignmentRules:
        return AssignmentRules(
            due=self.time(entry["due"]) if "due" in entry else None,
            late=self.late({**common, **entry.get("late", {})}, f"{key}.late"),
            attempts=entry.get("attempts"),
            carried_errors=entry.get("carried_errors", False),
        )

    def extension(
        self, entry: Mapping[str, Any], groups: Mapping[str, frozenset[str]], key: str
    ) -> Extension:
        students = set(entry.get("students", ()))
        for group in entry.get("groups", ()):
            if group not in groups:
                known = ", ".join(sorted(groups)) or "none"
                raise OperatorError(f"{self.where}: {key}: no group {group!r} (groups: {known})")
            students |= groups[group]
        return Extension(
            students=frozenset(students),
            assignments=frozenset(entry.get("assignments", ())),
            by=self.duration(entry["by"], f"{key}.by") if "by" in entry else None,
            until=self.time(entry["until"]) if "until" in entry else None,
            reason=entry.get("reason", ""),
        )

    def duration(self, text: str, key: str) -> timedelta:
        try:
            return parse_duration(text)
        except ValueError as error:
            raise OperatorError(f"{self.where}: {key}: {error}") from error

    def time(self, stamp: datetime) -> datetime:
        """UTC without time zone, as nbgrader stores it."""
        aware = stamp if stamp.tzinfo else stamp.replace(tzinfo=self.zone)
        return aware.astimezone(UTC).replace(tzinfo=None)
