"""The comparison as a page and as data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course import Course, check_name
from autograder.feedback.inert import clean
from autograder.folders import write_file
from autograder.pages import environment, read_style, security_policy
from autograder.similarity.compare import Pair, Similarity, Work
from autograder.similarity.fingerprints import one_newline

__all__ = ["chance", "kept_path", "to_json", "write_page"]

_PACKAGE = "autograder.similarity"
_SHOWN = 60
_MAX_LINES = 400


def write_page(
    path: Path,
    assignment: str,
    found: Similarity,
    works: Mapping[str, Work],
    unread: Mapping[str, str],
) -> None:
    """One page that needs no other file and runs no script.

    Raises:
        OperatorError: it cannot be written.
    """
    style = read_style(_PACKAGE, "similar.css")
    text = (
        environment(_PACKAGE)
        .get_template("similar.html.j2")
        .render(
            assignment=assignment,
            found=found,
            chance=chance,
            pairs=found.pairs[: max(_SHOWN, len(found.suspicious))],
            shown=[_side_by_side(pair, works) for pair in found.pairs[:_SHOWN]],
            unread={clean(student): clean(reason) for student, reason in unread.items()},
            style=style,
            policy=security_policy(style),
        )
    )
    write_file(path, text.encode("utf-8", "replace"))


def kept_path(course: Course, assignment: str) -> Path:
    """Where the last comparison of an assignment is kept, as `to_json` has it."""
    return (
        course.root / ".autograder" / "similar" / f"{check_name('an assignment', assignment)}.json"
    )


def to_json(assignment: str, found: Similarity, unread: Mapping[str, str]) -> dict[str, Any]:
    """Plain data with a schema version."""
    return {
        "schema": 1,
        "assignment": assignment,
        "students": found.students,
        "threshold": found.threshold,
        "pairs": [
            {
                "one": pair.one,
                "other": pair.other,
                "chance": float(f"{pair.chance:.3g}"),
                "alike": round(pair.alike, 4),
                "cells": sorted(pair.lines),
            }
            for pair in found.pairs
        ],
        "clusters": [list(cluster.students) for cluster in found.clusters],
        "unread": dict(unread),
    }


def _side_by_side(pair: Pair, works: Mapping[str, Work]) -> dict[str, Any]:
    return {
        "one": pair.one,
        "other": pair.other,
        "chance": chance(pair.chance),
        "alike": pair.alike,
        "cells": [
            (
                cell,
                [
                    (student, _marked(works[student].cells.get(cell, ""), lines))
                    for student, lines in zip((pair.one, pair.other), sides, strict=True)
                ],
            )
            for cell, sides in pair.lines.items()
        ],
    }


def chance(value: float) -> str:
    """How many such pairs there would be by chance, for people."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}" if value >= 0.01 else "less than 0.01"


def _marked(source: str, lines: frozenset[int]) -> list[tuple[bool, str]]:
    return [
        (number in lines, clean(line))
        for number, line in enumerate(one_newline(source).split("\n")[:_MAX_LINES])
    ]
