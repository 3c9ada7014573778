"""File formats for grades. A new one is a function and a line in `FORMATS`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from types import MappingProxyType
from typing import Any, Protocol, final

from autograder.export import lms
from autograder.export.options import Exported, Options
from autograder.export.rows import GradeRow, grade_rows
from autograder.export.text import csv_text, harmless, number
from autograder.export.workbook import workbook
from autograder.grading.marks import CellMark, Grades, Person, Work

__all__ = ["FORMATS", "Encode", "Format"]

SCHEMA = 1


class Encode(Protocol):
    """Turns grades into the bytes of a file."""

    def __call__(self, grades: Grades, options: Options) -> Exported:
        """The file, and what its reader has to know."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    Args:
        encode: makes the file.
        suffix: how its name ends.
        cells: whether it needs every cell's marks.
        feedback: whether it carries the feedback pages.
    """

    encode: Encode
    suffix: str
    cells: bool = False
    feedback: bool = False


def csv_rows(grades: Grades, options: Options) -> Exported:
    """One row a student and assignment, in nbgrader's columns.

    Text that a spreadsheet would take for a formula gets an apostrophe in front, and values with
    commas, quotes or line breaks are quoted; apart from that the bytes are nbgrader's.
    """
    rows = grade_rows(grades)
    header = [field.name for field in fields(GradeRow)]
    return _csv(
        [header, *([_value(value) for value in astuple(row)] for row in rows)],
        options,
        {(row.assignment, row.student_id): row.score for row in rows},
    )


def csv_wide(grades: Grades, options: Options) -> Exported:
    """One row a student, one column an assignment; empty where nothing was handed in."""
    header = ["student_id", "last_name", "first_name", "email"]
    header += [*(harmless(work.name) for work in grades.works), "total", "max_total"]
    rows = []
    for person in grades.people:
        scores = [mark.score if mark else None for mark in _marks(grades, person)]
        counted = options.counted(grades, person)
        total = sum(mark.score for work in counted if (mark := grades.mark(work, person)))
        full = sum(work.max_score for work in counted)
        rows.append([*_identity(person), *map(number, [*scores, total, full])])
    return _csv([header, *rows], options, _scores(grades))


def csv_cells(grades: Grades, options: Options) -> Exported:
    """One row a cell that can earn points, of every submission."""
    names = [field.name for field in fields(CellMark) if field.name != "written"]
    header = ["assignment", "student_id", *names, "score"]
    rows = [
        [
            *map(harmless, (work.name, person.id)),
            *(_value(getattr(mark, name)) for name in names),
            number(mark.score),
        ]
        for work, person, mark in _every_cell(grades)
    ]
    return _csv([header, *rows], options, dict.fromkeys(grades.cells))


def json_file(grades: Grades, options: Options) -> Exported:
    """Everything as data; the schema is in `docs/grader.md`."""
    del options
    submissions = [
        {
            "student": person.id,
            "assignment": work.name,
            "timestamp": mark.timestamp.isoformat() if mark.timestamp else None,
            "raw_score": mark.raw_score,
            "penalty": mark.penalty,
            "score": mark.score,
            "pending": mark.pending,
            "cells": [
                {**_fields(cell), "score": cell.score}
                for cell in grades.cells.get((work.name, person.id), ())
            ],
        }
        for work in grades.works
        for person in grades.people
        if (mark := grades.mark(work, person)) is not None
    ]
    document = {
        "schema": SCHEMA,
        "course": grades.course,
        "assignments": [
            {**_fields(work), "duedate": work.duedate.isoformat() if work.duedate else None}
            for work in grades.works
        ],
        "students": [_fields(person) for person in grades.people],
        "submissions": submissions,
    }
    text = json.dumps(document, ensure_ascii=True, indent=1, allow_nan=False)
    return Exported(f"{text}\n".encode(), len(submissions), given=_scores(grades))


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "csv": Format(csv_rows, ".csv"),
        "csv-wide": Format(csv_wide, ".csv"),
        "csv-cells": Format(csv_cells, ".csv", cells=True),
        "xlsx": Format(workbook, ".xlsx", cells=True),
        "json": Format(json_file, ".json", cells=True),
        "canvas": Format(lms.canvas, ".csv"),
        "moodle": Format(lms.moodle, ".csv", cells=True),
        "moodle-worksheet": Format(
            lms.moodle_worksheet,
            ".csv",
            cells=True,
        ),
        "moodle-feedback": Format(lms.moodle_feedback, ".zip", feedback=True),
        "blackboard": Format(lms.blackboard, ".csv"),
    }
)


def _csv(
    rows: Sequence[Sequence[str]],
    options: Options,
    given: Mapping[tuple[str, str], float | None],
) -> Exported:
    data = csv_text(rows).encode("utf-8-sig" if options.bom else "utf-8", "replace")
    return Exported(data, len(rows) - 1, given=given)


def _scores(grades: Grades) -> dict[tuple[str, str], float | None]:
    return {key: mark.score for key, mark in grades.marks.items()}


def _value(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case _:
            return str(value)


def _identity(person: Person) -> list[str]:
    return [
        _value(value) for value in (person.id, person.last_name, person.first_name, person.email)
    ]


def _marks(grades: Grades, person: Person) -> Iterator[Any]:
    return (grades.mark(work, person) for work in grades.works)


def _every_cell(grades: Grades) -> Iterator[tuple[Work, Person, CellMark]]:
    for work in grades.works:
        for person in grades.people:
            for mark in grades.cells.get((work.name, person.id), ()):
                yield work, person, mark


def _fields(record: Work | Person | CellMark) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}
