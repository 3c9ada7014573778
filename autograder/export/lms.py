"""Gradebooks of learning management systems, filled in.

The safe way into an LMS is its own export: it has the ids that the LMS finds people and columns by.
A student is found by id or e-mail address and by nothing else, since two people may share a name.
Whoever is not found is listed.

Sources: Canvas, "How do I import grades in the Gradebook?"; Moodle, "Grade import" and "Offline
grading worksheet"; Blackboard, "Upload grades".
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from autograder.errors import OperatorError
from autograder.export.options import Exported, Options
from autograder.export.template import Table
from autograder.export.text import csv_text, harmless, number
from autograder.grading.marks import CellMark, Grades, Person, Work

__all__ = ["blackboard", "canvas", "moodle", "moodle_feedback", "moodle_worksheet"]

_SHOWN = 10
_NO_ENTRY = {"ex", "excused"}


@final
@dataclass(frozen=True, slots=True)
class _Lms:
    """How the tables of an LMS are read.

    Args:
        name: for messages.
        where: where its users get the table.
        ids: columns that may hold the id by which the gradebook knows a student.
        email: columns that hold an e-mail address.
        names: columns that hold what people call themselves.
        title: takes the assignment's name (`title`), the LMS's number of it (`id`) and, where the
            LMS says them there, its points (`most`) from the header of its column.
        is_student: whether a row is about a student.
    """

    name: str
    where: str
    ids: tuple[str, ...]
    email: tuple[str, ...]
    names: tuple[str, ...]
    title: re.Pattern[str]
    is_student: Callable[[Sequence[str]], bool] = any


def _canvas_student(row: Sequence[str]) -> bool:
    first = row[0].strip()
    return bool(first) and "Points Possible" not in first


_CANVAS = _Lms(
    name="Canvas",
    where="Grades > Export > Export Entire Gradebook",
    ids=("SIS Login ID", "SIS User ID", "Integration ID", "ID"),
    email=("SIS Login ID",),
    names=("Student", "LastName", "FirstName"),
    title=re.compile(r"(?P<title>.*?)\s*\((?P<id>\d+)\)\s*"),
    is_student=_canvas_student,
)
_BLACKBOARD = _Lms(
    name="Blackboard",
    where="Grade Center > Work Offline > Download",
    ids=("Username", "Student ID"),
    email=("Email", "Username"),
    names=("Last Name", "First Name"),
    title=re.compile(r"(?P<title>.*?)\s*\[Total Pts:\s*(?P<most>[\d.,]*)[^\]]*\]\s*\|(?P<id>.*)"),
)
_WORKSHEET = _Lms(
    name="Moodle",
    where="the assignment > Submissions > Download grading worksheet",
    ids=("ID number", "Username", "Student ID"),
    email=("Email address",),
    names=("Full name",),
    title=re.compile(r"(?P<title>Grade)"),
)


def canvas(grades: Grades, options: Options) -> Exported:
    """Canvas's gradebook import.

    Without a template the columns are new assignments, and people are found by their login.
    """
    if options.template:
        return _fill(_CANVAS, grades, options, options.template)
    header = ["Student", "ID", "SIS Login ID", "Section"]
    most = ["    Points Possible", "", "", "", *(number(work.max_score) for work in grades.works)]
    rows = [
        [harmless(_last_first(person)), "", person.id, "", *_points(grades, person, options)]
        for person in grades.people
    ]
    header += [harmless(work.name) for work in grades.works]
    return _table([header, most, *rows], len(rows), grades, options)


def blackboard(grades: Grades, options: Options) -> Exported:
    """Blackboard's Grade Center upload.

    Without a template the columns are new, and of the kind text until somebody changes that.
    """
    if options.template:
        return _fill(_BLACKBOARD, grades, options, options.template)
    header = ["Last Name", "First Name", "Username", *(harmless(w.name) for w in grades.works)]
    rows = [
        [
            harmless(person.last_name or ""),
            harmless(person.first_name or ""),
            person.id,
            *_points(grades, person, options),
        ]
        for person in grades.people
    ]
    return _table([header, *rows], len(rows), grades, options, quote_all=True)


def moodle(grades: Grades, options: Options) -> Exported:
    """Moodle's grade import (Grades > Import > CSV file), with a column of feedback each.

    Needs the cells of `grades`.
    """
    header = ["Username", "Email address", "First name", "Last name"]
    for work in grades.works:
        header += [harmless(work.name), harmless(f"{work.name} (feedback)")]
    rows = []
    for person in grades.people:
        row = [
            person.id,
            person.email or "",
            harmless(person.first_name or ""),
            harmless(person.last_name or ""),
        ]
        for work in grades.works:
            row += [
                number(options.points(grades.mark(work, person))),
                harmless(_summary(grades, work, person, options)),
            ]
        rows.append(row)
    return _table([header, *rows], len(rows), grades, options)


def moodle_worksheet(grades: Grades, options: Options) -> Exported:
    """Moodle's offline grading worksheet of one assignment, grade and feedback comment filled in.

    Needs the cells of `grades`.
    """
    table = _required(_WORKSHEET, options)
    work = _only(grades)
    comments = table.column("Feedback comments")
    grade = _column(_WORKSHEET, table, work, options, ("Grade",))
    locked = table.column("Grade can be changed")
    return _filled(
        _WORKSHEET,
        grades,
        options,
        table,
        {work.name: grade},
        comment=None if comments is None else (comments, work),
        may_change=lambda row: locked is None or row[locked].strip().casefold() != "no",
    )


def moodle_feedback(grades: Grades, options: Options) -> Exported:
    """The zip for Moodle's "Upload multiple feedback files in a zip", from the pages of one
    assignment.
    """
    table = _required(_WORKSHEET, options)
    work = _only(grades)
    participant, name = table.column("Identifier"), table.column("Full name")
    if participant is None or name is None:
        raise OperatorError(
            f"{table.name} has no columns Identifier and Full name. Get the table from "
            f"{_WORKSHEET.where}, in English"
        )
    found, notes = _match(_WORKSHEET, grades, table)
    file = io.BytesIO()
    without = []
    given: dict[tuple[str, str], float | None] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for row, person in found:
            pages = options.feedback.get((work.name, person.id), ())
            digits = re.search(r"\d+\s*$", row[participant])
            if not pages or digits is None:
                without.append(person.id)
                continue
            # An underscore ends a part of the name for Moodle.
            called = re.sub(r"[^\w .-]|_", " ", row[name]).strip() or "student"
            folder = f"{called}_{digits.group().strip()}_assignfeedback_file"
            for page in pages:
                # The same pages make the same zip.
                info = zipfile.ZipInfo(f"{folder}/{page.name}", (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, page.read_bytes())
            given[work.name, person.id] = None
    if without:
        notes.append(f"no feedback page for {_listed(without)}: use `autograder feedback` first")
    return Exported(file.getvalue(), len(given), tuple(notes), given)


def _points(grades: Grades, person: Person, options: Options) -> Iterator[str]:
    return (number(options.points(grades.mark(work, person))) for work in grades.works)


def _table(
    rows: Sequence[Sequence[str]],
    count: int,
    grades: Grades,
    options: Options,
    *,
    quote_all: bool = False,
) -> Exported:
    text = csv_text(rows, newline="\r\n", quote_all=quote_all)
    data = text.encode("utf-8-sig" if options.bom else "utf-8", "replace")
    return Exported(data, count, tuple(_pending(grades, options)), options.given(grades))


def _fill(lms: _Lms, grades: Grades, options: Options, table: Table) -> Exported:
    columns = {work.name: _column(lms, table, work, options) for work in grades.works}
    return _filled(lms, grades, options, table, columns)


def _filled(
    lms: _Lms,
    grades: Grades,
    options: Options,
    table: Table,
    columns: Mapping[str, int],
    *,
    comment: tuple[int, Work] | None = None,
    may_change: Callable[[Sequence[str]], bool] = lambda _: True,
) -> Exported:
    found, notes = _match(lms, grades, table)
    people = {id(row): person for row, person in found}
    own_names = {index for name in lms.names if (index := table.column(name)) is not None}
    kept: list[str] = []
    given: dict[tuple[str, str], float | None] = {}
    rows = []
    for row in table.rows:
        cells = [harmless(cell) if i in own_names else cell for i, cell in enumerate(row)]
        person = people.get(id(row))
        if person is not None and not may_change(row):
            kept.append(person.id)
        elif person is not None:
            for work in grades.works:
                index = columns[work.name]
                points = options.points(grades.mark(work, person))
                if cells[index].strip().casefold() in _NO_ENTRY:
                    kept.append(person.id)
                elif points is not None:
                    cells[index] = number(points)
                    given[work.name, person.id] = points
            if comment:
                text = _summary(grades, comment[1], person, options)
                cells[comment[0]] = harmless(text) if text else cells[comment[0]]
        rows.append(cells)
    if kept:
        notes.append(f"{lms.name} excuses or locks {_listed(kept)}: left as it was")
    notes += _other_maximum(lms, grades, table, columns)
    notes += _pending(grades, options)
    return Exported(table.to_bytes(rows), len(found), tuple(notes), given)


def _required(lms: _Lms, options: Options) -> Table:
    if options.template is None:
        raise OperatorError(
            f"this format fills in {lms.name}'s own table. Get it from {lms.where} "
            "and give it with --template"
        )
    return options.template


def _only(grades: Grades) -> Work:
    if len(grades.works) != 1:
        raise OperatorError("this format is about one assignment: name it with --assignment")
    return grades.works[0]


def _column(
    lms: _Lms, table: Table, work: Work, options: Options, defaults: Sequence[str] = ()
) -> int:
    """The column of an assignment.

    Raises:
        OperatorError: there is none, or more than one.
    """
    named = options.columns.get(work.name)
    if named is not None:
        found = [i for i, name in enumerate(table.header) if name.strip() == named.strip()]
    else:
        wanted = {_folded(work.name), *map(_folded, defaults)}
        found = [i for i, name in enumerate(table.header) if _title(lms, name) in wanted]
    if len(found) == 1:
        return found[0]
    problem = "more than one column" if found else "no column"
    what = repr(named) if named is not None else f"for {work.name!r}"
    raise OperatorError(
        f"{table.name} has {problem} {what}. Say which with --column "
        f"'{work.name}=NAME OF THE COLUMN'; there is {', '.join(map(repr, table.header))}"
    )


def _title(lms: _Lms, header: str) -> str:
    match = lms.title.fullmatch(header.strip())
    return _folded(match.group("title") if match else header)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()


def _match(
    lms: _Lms, grades: Grades, table: Table
) -> tuple[list[tuple[tuple[str, ...], Person]], list[str]]:
    """Rows with the students they are about, and what to say of the others."""
    ids = [i for name in lms.ids if (i := table.column(name)) is not None]
    emails = [i for name in lms.email if (i := table.column(name)) is not None]
    if not ids and not emails:
        raise OperatorError(
            f"{table.name} has none of the columns {', '.join((*lms.ids, *lms.email))}. Get the "
            f"table from {lms.where}"
        )
    by_id = {_folded(person.id): person for person in grades.people}
    by_email: dict[str, list[Person]] = defaultdict(list)
    for person in grades.people:
        if person.email:
            by_email[_folded(person.email)].append(person)
    claims: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    strangers = []
    for row in table.rows:
        if not lms.is_student(row):
            continue
        hits = {p.id: p for i in ids if (p := by_id.get(_folded(row[i]))) is not None}
        if not hits:
            hits = {p.id: p for i in emails for p in by_email.get(_folded(row[i]), ())}
        if len(hits) == 1:
            claims[next(iter(hits))].append(row)
        else:
            strangers.append(next((row[i] for i in (*ids, *emails) if row[i].strip()), row[0]))
    found = [
        (rows[0], person) for person in grades.people if len(rows := claims.get(person.id, [])) == 1
    ]
    twice = sorted(student for student, rows in claims.items() if len(rows) > 1)
    absent = [person.id for person in grades.people if person.id not in claims]
    notes = []
    if strangers:
        notes.append(f"in {table.name} but not in the gradebook: {_listed(strangers)}")
    if absent:
        notes.append(f"in the gradebook but not in {table.name}: {_listed(absent)}")
    if twice:
        notes.append(f"more than one row of {table.name} is about {_listed(twice)}: none filled in")
    return found, notes


def _other_maximum(
    lms: _Lms, grades: Grades, table: Table, columns: Mapping[str, int]
) -> Iterator[str]:
    possible = next((row for row in table.rows if "Points Possible" in row[0]), None)
    maximum = table.column("Maximum grade")
    for work in grades.works:
        index = columns[work.name]
        match = lms.title.fullmatch(table.header[index].strip())
        said = (match.groupdict().get("most") if match else None) or ""
        if possible is not None:
            said = possible[index]
        elif maximum is not None and table.rows:
            said = table.rows[0][maximum]
        try:
            most = float(said.replace(",", "."))
        except ValueError:
            continue
        if abs(most - work.max_score) > 1e-6:
            yield (
                f"{lms.name} has {number(most)} points for {work.name}, the gradebook "
                f"{number(work.max_score)}: the marks are not scaled"
            )


def _pending(grades: Grades, options: Options) -> Iterator[str]:
    if withheld := options.withheld(grades):
        names = _listed([f"{person.id} ({work.name})" for work, person in withheld])
        yield (
            f"answers that a person has yet to mark: {names}; left empty (--provisional gives the "
            "points there are)"
        )


def _summary(grades: Grades, work: Work, person: Person, options: Options) -> str:
    """Points by cell and what a person wrote, as plain text; empty where no mark is given."""
    mark = grades.mark(work, person)
    if mark is None or options.points(mark) is None:
        return ""
    say = options.language.say
    points, most = number(mark.score), number(work.max_score)
    lines = [say("{points} of {most} points", points=points, most=most)]
    if mark.penalty:
        taken = say(
            "{points} points were taken off because it was handed in late.",
            points=number(mark.penalty),
        )
        lines.append(taken.rstrip(".。"))
    lines += map(_line, grades.cells.get((work.name, person.id), ()))
    return "; ".join(lines)


def _line(cell: CellMark) -> str:
    said = f" ({' '.join(cell.comment.split())})" if cell.comment else ""
    return f"{cell.cell}: {number(cell.score)}/{number(cell.max_score)}{said}"


def _last_first(person: Person) -> str:
    return ", ".join(filter(None, (person.last_name, person.first_name))) or person.id


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
