"""A report as plain data."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, Final

import pandas as pd

from autograder.report.frames import Frames

__all__ = ["SCHEMA", "document", "plain"]

SCHEMA: Final = 1
_LEFT_OUT: Final = ("marks",)
"""Long, and no figure; `autograder export --format csv-cells` has it."""


def document(found: Frames) -> dict[str, Any]:
    """Plain data with a schema version; the tables are those of `Frames`."""
    return {
        "schema": SCHEMA,
        "course": found.course,
        "made": f"{found.made:%Y-%m-%dT%H:%M:%SZ}",
        "anonymous": found.anonymous,
        "notes": {name: dict(notes) for name, notes in found.notes.items()},
        **{
            name: [
                {str(key): plain(value) for key, value in row.items()}
                for row in table.to_dict("records")
            ]
            for name, table in found.tables().items()
            if name not in _LEFT_OUT
        },
    }


def plain(value: Any, digits: int = 6) -> Any:
    """A value of a frame as JSON has it: numbers in short, times as text, nothing as null."""
    if isinstance(value, list):
        return value
    if value is None or value is pd.NaT:
        return None
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else round(value, digits)
    return value
