"""Who the students are, by any of the names that learning management systems know them by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from autograder.export.template import Table, read_table

__all__ = ["Called", "Roster", "RosterEntry", "named", "read_rosters", "squash"]

_IDS = ("student_id", "SIS Login ID", "Username", "id", "SIS User ID", "ID number", "Student ID")
_EMAILS = ("email", "Email address", "E-mail")
_FIRST = ("first_name", "First name", "FirstName")
_LAST = ("last_name", "Last name", "LastName")
_WHOLE = ("name", "Student", "Full name")
_OTHERS = {"SIS User ID": "", "ID number": "", "Student ID": "", "github": "github:"}


@final
@dataclass(frozen=True, slots=True)
class Called:
    """How a table writes a student's name and address; empty where it does not."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""


@final
@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One student, as one table has them.

    Args:
        id: nbgrader's student id; empty if the table does not say.
        names: how they are called, squashed.
        emails: addresses, folded.
        keys: other ids, such as `canvas:101`, `moodle:311` or `github:ada-l`.
        called: name and address as they are written.
    """

    id: str
    names: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    called: Called = Called()

    @property
    def label(self) -> str:
        """What tells a reader which entry it is."""
        return next(iter([*sorted(self.emails), *sorted(self.names), *sorted(self.keys)]), self.id)


@final
class Roster:
    """Finds students; ambiguous names find nobody.

    Args:
        entries: from all tables. Those that share an id or an e-mail address are one student.

    Attributes:
        called: how the tables write each student's name and address, by id.
        unlinked: labels of the entries that no id belongs to, or several; they find nobody.
    """

    def __init__(self, entries: Iterable[RosterEntry]) -> None:
        everybody = list(entries)
        by_email: dict[str, set[str]] = {}
        for entry in everybody:
            for email in entry.emails:
                if entry.id:
                    by_email.setdefault(email, set()).add(entry.id)
        self._ids = {_folded(entry.id): entry.id for entry in everybody if entry.id}
        self._keys: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}
        self._kinds: set[tuple[str, str]] = set()
        self.called: dict[str, list[Called]] = {}
        self.unlinked: list[str] = []
        for entry in everybody:
            owners = {entry.id} if entry.id else set()
            if not owners:
                owners = set().union(*(by_email.get(email, set()) for email in entry.emails))
            if len(owners) != 1:
                self.unlinked.append(entry.label)
                continue
            for key in entry.keys | entry.emails:
                self._keys.setdefault(key, set()).update(owners)
                self._kinds |= {(owner, key.partition(":")[0]) for owner in owners}
            if entry.id:
                self.called.setdefault(self._ids[_folded(entry.id)], []).append(entry.called)
            for name in entry.names:
                self._names.setdefault(name, set()).update(owners)

    def __len__(self) -> int:
        return len(self._ids)

    def by_id(self, text: str) -> str | None:
        """The student with this id, capitals aside."""
        return self._ids.get(_folded(text))

    def by_key(self, key: str) -> str | None:
        """The student with this other id or e-mail address."""
        return _single(self._keys.get(_folded(key), set()))

    def has_key(self, student: str, kind: str) -> bool:
        """Whether some table has an id of this kind, such as `canvas`, for a student."""
        return (student, kind) in self._kinds

    def by_name(self, name: str) -> list[str]:
        """The students who are called so, spaces, punctuation and capitals aside."""
        return sorted(self._names.get(squash(name), set()))


def read_rosters(paths: Sequence[Path], known: Iterable[RosterEntry] = ()) -> Roster:
    """Read tables of students: a list of one's own, or what an LMS exported.

    Args:
        paths: CSV files with a header. Understood are `id` or `student_id`, `first_name`,
            `last_name`, `name`, `email`, `github`; Canvas's gradebook; Moodle's list of
            participants and grading worksheet; Blackboard's Grade Center.
        known: students who are known otherwise, such as from the gradebook.

    Raises:
        OperatorError: a file is no such table.
    """
    entries = [*known]
    for path in paths:
        entries += _entries(read_table(path))
    return Roster(entries)


def squash(name: str) -> str:
    """Letters and digits of a name, folded: "Byron, Ada" and "byronada" are the same."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum())


def named(first: str, last: str) -> frozenset[str]:
    """The squashed forms of a name in either order."""
    forms = {squash(first + last), squash(last + first)} if first or last else set()
    return frozenset(forms - {""})


def _entries(table: Table) -> list[RosterEntry]:
    canvas = table.column("SIS Login ID", "SIS User ID") is not None
    # Canvas's own number is no login, though its column is called ID.
    columns = [name for name in _IDS if not (canvas and name == "id")]
    found = []
    for row in table.rows:
        values = {
            name.strip().casefold(): value.strip()
            for name, value in zip(table.header, row, strict=True)
        }
        entry = _entry(values, columns, canvas=canvas)
        if entry.id or entry.emails or entry.keys:
            found.append(entry)
    return found


def _entry(values: Mapping[str, str], columns: Sequence[str], *, canvas: bool) -> RosterEntry:
    def first(names: Iterable[str]) -> str:
        return next((value for name in names if (value := values.get(name.casefold(), ""))), "")

    whole = first(_WHOLE)
    given, family = first(_FIRST), first(_LAST)
    names = set(named(given, family))
    if whole and "points possible" not in whole.casefold():
        last, comma, rest = whole.partition(",")
        names |= named(rest, last) if comma else {squash(whole)}
        if comma and not given and not family:
            given, family = rest.strip(), last.strip()
    keys = {
        _folded(prefix + value)
        for column, prefix in _OTHERS.items()
        if (value := values.get(column.casefold(), ""))
    }
    if canvas and (number := values.get("id", "")):
        keys.add(f"canvas:{number}")
    if match := re.search(r"(\d+)\s*$", values.get("identifier", "")):
        keys.add(f"moodle:{match.group(1)}")
    email = first(_EMAILS)
    return RosterEntry(
        id=first(columns),
        names=frozenset(names - {""}),
        emails=frozenset({_folded(email)} if email else ()),
        keys=frozenset(keys),
        called=Called(given, family, email),
    )


def _single(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()
