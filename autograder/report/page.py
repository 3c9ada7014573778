"""A report as one HTML page that works without a network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
from markupsafe import Markup

from autograder.folders import write_file
from autograder.grading.verdict import Status
from autograder.pages import environment, read_style, security_policy
from autograder.report.charts import charts, library
from autograder.report.document import plain
from autograder.report.frames import STATES, Frames

__all__ = ["page", "write_page"]

_PACKAGE: Final = "autograder.report"
_MESSAGES: Final = 200
_PAIRS: Final = 40
_CODES: Final = dict(zip(map(str, Status), "pfaetmcnh", strict=True))
"""One letter for each status, as a string a cell for the whole class."""
_STUDENT: Final = {
    "score": 2,
    "share": 4,
    "penalty": 2,
    "pending": 0,
    "hours_late": 1,
    "late": 0,
    "repairs": 0,
    "seconds": 2,
    "peak_mib": 0,
}
_CELL: Final = (
    "max_points",
    "marked",
    "facility",
    "item_rest",
    "upper_lower",
    "alpha_without",
    "cpu_seconds_median",
    "cpu_seconds_95",
    "peak_mib_95",
    "carried",
    "killed",
    "killed_alone",
    "flaky",
    "false_fail",
    "open",
)


def write_page(path: Path, found: Frames) -> None:
    """Write the page.

    Raises:
        OperatorError: it cannot be written.
    """
    write_file(path, page(found).encode("utf-8", "replace"))


def page(found: Frames) -> str:
    """The page: its data, its charts and their library; no addresses."""
    style = read_style(_PACKAGE, "report.css")
    script = read_style(_PACKAGE, "report.js")
    return (
        environment(_PACKAGE)
        .get_template("report.html.j2")
        .render(
            found=found,
            title=f"{found.course}: {found.chosen[0]}" if len(found.chosen) == 1 else found.course,
            style=style,
            policy=security_policy(style, library(), script),
            library=Markup(library()),  # noqa: S704 - a package's own code, of which the policy knows
            script=script,
            charts=_embedded(charts()),
            data=_embedded(_data(found)),
        )
    )


def _embedded(value: Any) -> Markup:
    """JSON that cannot end the element it stands in, nor begin another, nor end a line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - nothing is left that HTML could see


def _data(found: Frames) -> dict[str, Any]:
    people = found.students.drop_duplicates("student")
    place = {student: number for number, student in enumerate(people.student)}
    briefs = [_brief(found, row, place) for row in found.assignments.to_dict("records")]
    return {
        "course": found.course,
        "made": _local(found.made.replace(tzinfo=None), found.zone),
        "anonymous": found.anonymous,
        "students": list(people.student),
        "names": [] if found.anonymous else list(people.name),
        "assignments": [
            brief | _full(found, brief["name"], place) if brief["name"] in found.notes else brief
            for brief in briefs
        ],
    }


def _local(stamp: datetime, zone: str) -> str | None:
    """A time in UTC as the course gives its times."""
    if pd.isna(stamp):
        return None
    local = stamp.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def _brief(found: Frames, row: Mapping[Any, Any], place: Mapping[str, int]) -> dict[str, Any]:
    """What the page shows of every assignment."""
    columns = _aligned(found.students[found.students.assignment == row["assignment"]], place)
    initials = {state: state[0] for state in STATES}
    return {
        "name": row["assignment"],
        "due": _local(row["due"], found.zone),
        "max": plain(row["max_score"]),
        "alpha": plain(row["alpha"], 3),
        "alphaCells": plain(row["alpha_cells"]),
        "state": "".join(initials.get(str(state), ".") for state in columns.state),
        "share": _numbers(columns.share, 4),
        "late": [int(late is True) for late in columns.late.tolist()],
    }


def _full(found: Frames, name: str, place: Mapping[str, int]) -> dict[str, Any]:
    def mine(table: pd.DataFrame) -> pd.DataFrame:
        return table[table.assignment == name]

    students = _aligned(mine(found.students), place)
    cells = mine(found.cells)
    marks = mine(found.marks)
    keys = pd.MultiIndex.from_frame(cells[["notebook", "cell"]])
    wide = marks.assign(code=marks.status.map(_CODES)).pivot_table(
        index=["notebook", "cell"],
        columns="student",
        values=["points", "code"],
        aggfunc="first",
        dropna=False,
    )
    points, codes = (
        wide[kind].reindex(index=keys, columns=list(place)) if len(wide) else pd.DataFrame()
        for kind in ("points", "code")
    )
    reasons = students.reason.fillna("")
    return {
        "full": True,
        "notes": dict(found.notes[name]),
        **{key: _numbers(students[key], digits) for key, digits in _STUDENT.items()},
        "handedIn": [plain(stamp) for stamp in students.handed_in],
        "reasons": {place[student]: text for student, text in reasons.items() if text},
        "cells": [
            {"id": row["cell"], "notebook": row["notebook"]}
            | {key: plain(row[key], 4) for key in _CELL}
            | {str(status): plain(row[str(status)]) for status in Status}
            for row in cells.to_dict("records")
        ],
        "points": [_numbers(row, 2) for _, row in points.iterrows()],
        "codes": ["".join(c if isinstance(c, str) else "." for c in r) for r in codes.to_numpy()],
        "messages": _said(mine(found.messages), "message", place),
        "diagnoses": _said(mine(found.diagnoses), "diagnosis", place),
        "together": _pairs(mine(found.together)),
        "repairList": [
            [place[row.student], row.notebook, row.cell, row.what]
            for row in mine(found.repairs).itertuples()
        ],
        "similar": [
            [place.get(row.one, -1), place.get(row.other, -1), plain(row.chance), plain(row.alike)]
            for row in mine(found.similar).itertuples()
        ][:_PAIRS],
        "similarCount": len(mine(found.similar)),
    }


def _aligned(students: pd.DataFrame, place: Mapping[str, int]) -> pd.DataFrame:
    return students.set_index("student").reindex(list(place))


def _numbers(values: Iterable[Any], digits: int) -> list[Any]:
    return [plain(value, digits) for value in getattr(values, "tolist", lambda: values)()]


def _said(table: pd.DataFrame, column: str, place: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "cell": row["cell"],
            "text": row.get("words") or row[column],
            "status": row.get("status", ""),
            "who": sorted(place[student] for student in row["who"]),
        }
        for row in table.head(_MESSAGES).to_dict("records")
    ]


def _pairs(table: pd.DataFrame) -> dict[str, Any]:
    names: dict[str, int] = {}
    for one, place in (("one", "place_one"), ("other", "place_other")):
        names |= dict(zip(table[one], table[place], strict=True))
    notebooks = {name.partition("/")[0] for name in names}
    order = sorted(names, key=lambda name: names[name])
    short = {n: n if len(notebooks) > 1 else n.partition("/")[2] for n in order}
    index = {name: number for number, name in enumerate(order)}
    return {
        "cells": list(short.values()),
        "pairs": [
            [index[row.one], index[row.other], row.both, plain(row.phi, 3), plain(row.jaccard, 3)]
            for row in table.itertuples()
        ],
    }
