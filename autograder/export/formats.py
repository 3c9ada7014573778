"""File formats for grades. A new one is a function and a line in `FORMATS`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import astuple, fields
from types import MappingProxyType
from typing import Protocol

from autograder.export.rows import GradeRow

__all__ = ["FORMATS", "Format", "csv_bytes", "harmless"]

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


class Format(Protocol):
    """Turns rows into the bytes of a file."""

    def __call__(self, rows: Iterable[GradeRow], *, bom: bool) -> bytes:
        """The file; with a byte order mark if `bom` is set and the format knows one."""
        ...


def csv_bytes(rows: Iterable[GradeRow], *, bom: bool = False) -> bytes:
    """Comma-separated values, UTF-8, in nbgrader's columns.

    Text that a spreadsheet would take for a formula gets an apostrophe in front, and values with
    commas, quotes or line breaks are quoted; apart from that the bytes are nbgrader's.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([field.name for field in fields(GradeRow)])
    for row in rows:
        writer.writerow([_value(value) for value in astuple(row)])
    return file.getvalue().encode("utf-8-sig" if bom else "utf-8", "replace")


def _value(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case _:
            return str(value)


def harmless(text: str) -> str:
    """The text, with an apostrophe in front if a spreadsheet would compute it."""
    starts_formula = text.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if starts_formula else text


FORMATS: Mapping[str, Format] = MappingProxyType({"csv": csv_bytes})
