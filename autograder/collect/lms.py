"""The bulk downloads of learning management systems, recognised by their names.

* Canvas (Download Submissions): `byronada_101_2002_attention.ipynb`, with `LATE` after the name of
  who was late; 101 is Canvas's number of the user. Files that were handed in again end in `-1`,
  `-2` ...; only the newest is there.
* Moodle (Download all submissions): a folder `Ada Byron_311_assignsubmission_file_`, or files that
  begin so; 311 is the participant's number in this assignment.
* Blackboard (Assignment File Download): `Homework 1_ada_attempt_2026-11-20-13-45-10_a.ipynb` and a
  text without the last part that names the student; there may be several attempts.
* GitHub Classroom: a folder with a repository `attention-ada-l` for each account.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import final
from zoneinfo import ZoneInfo

from autograder.collect.roster import Roster

__all__ = ["Download", "Sent", "System", "recognise"]

_CANVAS = re.compile(r"(?P<who>[^_/]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<sub>\d+)_(?P<file>[^/]+)")
_MOODLE = re.compile(r"(?P<who>[^_/]+)_(?P<user>\d+)_assignsubmission_file(?:_(?P<file>[^/]*))?")
_BLACKBOARD = re.compile(
    r"(?P<head>.+)_attempt_(?P<stamp>\d{4}(?:-\d\d){5})(?:_(?P<file>[^/]+)|\.txt)"
)
_BLACKBOARD_NAME = re.compile(rb"^Name:[^\r\n]*\(([^()\r\n]{1,200})\)\s*$", re.MULTILINE)
_TIMESTAMP = "timestamp.txt"
_AGAIN = re.compile(r"(?P<stem>.+?)(?:-\d{1,3}| ?\(\d{1,3}\))")


class System(StrEnum):
    """Where a download comes from."""

    CANVAS = "Canvas"
    MOODLE = "Moodle"
    BLACKBOARD = "Blackboard"
    GITHUB = "GitHub Classroom"


@final
@dataclass(frozen=True, slots=True)
class Sent:
    """One attempt of one student.

    Args:
        student: the student's id.
        files: where each file lies in the source, by its path in the submission.
        time: when it was handed in, UTC without time zone; None if the download does not say.
        renamed: (as it came, as it is filed) of notebooks that an LMS or a browser renamed.
        late: the LMS says that it is late; when it came may not be known all the same.
    """

    student: str
    files: Mapping[str, PurePosixPath]
    time: datetime | None = None
    renamed: tuple[tuple[str, str], ...] = ()
    late: bool = False


@final
@dataclass(frozen=True, slots=True)
class Download:
    """What was made of a download.

    Args:
        system: where it comes from.
        sent: the attempts, sorted by student and time.
        doubtful: (path, reason) of the files that belong to none.
    """

    system: System
    sent: tuple[Sent, ...]
    doubtful: tuple[tuple[str, str], ...]


@final
@dataclass(slots=True)
class _Piles:
    """Files by student and attempt."""

    files: dict[tuple[str, str], dict[str, PurePosixPath]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    doubtful: list[tuple[str, str]] = field(default_factory=list)

    def put(self, student: str, attempt: str, name: str, path: PurePosixPath) -> None:
        if name == _TIMESTAMP:
            self.doubt(path, f"{student} wrote it: a student does not say when work came in")
            return
        pile = self.files.setdefault((student, attempt), {})
        if name in pile:
            self.doubt(path, f"{student} has {pile[name]} as {name} already")
        else:
            pile[name] = path

    def doubt(self, path: PurePosixPath, reason: str) -> None:
        self.doubtful.append((str(path), reason))


def recognise(
    paths: Sequence[PurePosixPath],
    notebooks: Iterable[str],
    assignment: str,
    roster: Roster,
    read: Callable[[PurePosixPath], bytes],
    zone: str = "UTC",
    *,
    any_name: bool = False,
) -> Download | None:
    """See files as a download of one assignment; None if their names are of no such kind.

    Args:
        paths: the files, relative to the source.
        notebooks: names of the assignment's notebooks, without suffix.
        assignment: its name.
        roster: who the students are.
        read: gives a file's bytes.
        zone: the time zone of the times in names.
        any_name: it is certain that it is this assignment's: notebooks may have any name.
    """
    inside = _unwrapped(paths)
    own = [path for path in inside if path.suffix == ".ipynb"]
    if not own:
        return None
    known = frozenset(notebooks)
    piles = _Piles()
    if all(len(path.parts) == 1 and _BLACKBOARD.fullmatch(path.name) for path in own):
        system = System.BLACKBOARD
        _blackboard(piles, inside, roster, read)
    elif all(_MOODLE.fullmatch(path.parts[0]) for path in own):
        system = System.MOODLE
        _moodle(piles, inside, roster)
    elif all(len(path.parts) == 1 and _CANVAS.fullmatch(path.name) for path in own):
        system = System.CANVAS
        _canvas(piles, inside, roster)
    elif all(len(path.parts) > 1 and _account(path, assignment) for path in own):
        system = System.GITHUB
        _github(piles, inside, assignment, roster)
    else:
        return None
    sent = []
    for (student, attempt), files in sorted(piles.files.items()):
        named, renamed = _with_own_names(files, known)
        notebooks_here = [path for path in map(PurePosixPath, named) if path.suffix == ".ipynb"]
        if any(any_name or path.stem in known for path in notebooks_here):
            late = student in piles.late
            sent.append(Sent(student, named, _time(attempt, zone), renamed, late))
            continue
        for path in files.values():
            piles.doubt(
                path,
                f"no notebook of {assignment} is among what {student} sent; --assignment "
                f"{assignment} says that a notebook of another name is one",
            )
    return Download(system, tuple(sent), tuple(sorted(piles.doubtful)))


def _unwrapped(paths: Sequence[PurePosixPath]) -> dict[PurePosixPath, PurePosixPath]:
    """The files by their path below the folders that all of them share."""
    found = {path: path for path in paths}
    while found and len({path.parts[0] for path in found}) == 1:
        only = next(iter(found)).parts[0]
        if any(len(path.parts) == 1 for path in found) or _MOODLE.fullmatch(only):
            break
        shorter = {PurePosixPath(*path.parts[1:]): whole for path, whole in found.items()}
        # A folder that holds one student's files is no wrapper.
        if any(path.suffix == ".ipynb" and len(path.parts) == 1 for path in shorter) and not any(
            _CANVAS.fullmatch(path.name) or _BLACKBOARD.fullmatch(path.name) for path in shorter
        ):
            break
        found = shorter
    return found


def _canvas(piles: _Piles, paths: Mapping[PurePosixPath, PurePosixPath], roster: Roster) -> None:
    for path, whole in paths.items():
        match = _CANVAS.fullmatch(path.name)
        if match is None or len(path.parts) > 1:
            piles.doubt(whole, "its name is not one that Canvas gives")
            continue
        student, reason = _person(roster, f"canvas:{match['user']}", match["who"])
        if student is None:
            piles.doubt(whole, f"{reason}; give Canvas's gradebook export with --roster")
        else:
            piles.put(student, "", match["file"], whole)
            if match["late"]:
                piles.late.add(student)


def _moodle(piles: _Piles, paths: Mapping[PurePosixPath, PurePosixPath], roster: Roster) -> None:
    for path, whole in paths.items():
        match = _MOODLE.fullmatch(path.parts[0])
        if match is None:
            piles.doubt(whole, "its name is not one that Moodle gives")
            continue
        student, reason = _person(roster, f"moodle:{match['user']}", match["who"])
        inside = path.parts[1:] or (match["file"],)
        if student is None:
            piles.doubt(
                whole,
                f"{reason}; give the assignment's grading worksheet with --roster, and a "
                "table that has its e-mail addresses and your ids",
            )
        else:
            piles.put(student, "", "/".join(filter(None, inside)), whole)


def _blackboard(
    piles: _Piles,
    paths: Mapping[PurePosixPath, PurePosixPath],
    roster: Roster,
    read: Callable[[PurePosixPath], bytes],
) -> None:
    heads: dict[str, str] = {}
    for path, whole in paths.items():
        match = _BLACKBOARD.fullmatch(path.name)
        if (
            match
            and match["file"] is None
            and (said := _BLACKBOARD_NAME.search(read(whole)[:4096]))
        ):
            heads[match["head"]] = said.group(1).decode("utf-8", "replace").strip()
    for path, whole in paths.items():
        match = _BLACKBOARD.fullmatch(path.name)
        if match is None or len(path.parts) > 1:
            piles.doubt(whole, "its name is not one that Blackboard gives")
            continue
        user = heads.get(match["head"]) or _user(match["head"], heads, roster)
        student = user and (roster.by_id(user) or roster.by_key(user))
        if user and not student and not len(roster):
            student = user
        if student:
            # The text of the download is what the student wrote in the form.
            piles.put(student, match["stamp"], match["file"] or "blackboard.txt", whole)
        elif user:
            piles.doubt(whole, f"nobody in the roster has the username {user!r}")
        else:
            piles.doubt(
                whole,
                "its name can be read in more than one way: keep the text files of "
                "the download beside it, or give --roster",
            )


def _user(head: str, heads: Mapping[str, str], roster: Roster) -> str | None:
    """The username at the end of a name, whose beginning is the assignment's, if that is sure."""
    for other, user in heads.items():
        prefix = other.removesuffix(user)
        if head.startswith(prefix) and prefix.endswith("_"):
            return head.removeprefix(prefix)
    parts = head.split("_")
    choices = ["_".join(parts[index:]) for index in range(1, len(parts))]
    fits = [choice for choice in choices if roster.by_id(choice)]
    if len(fits) == 1:
        return fits[0]
    return choices[0] if len(choices) == 1 else None


def _github(
    piles: _Piles,
    paths: Mapping[PurePosixPath, PurePosixPath],
    assignment: str,
    roster: Roster,
) -> None:
    for path, whole in paths.items():
        account = _account(path, assignment)
        if account is None:
            piles.doubt(whole, f"its folder is not called {assignment}-<account>")
            continue
        student = roster.by_key(f"github:{account}") or roster.by_id(account)
        if student is None and not len(roster):
            student = account
        if student is None:
            piles.doubt(
                whole, f"nobody in the roster has the account {account!r} in its column github"
            )
        else:
            piles.put(student, "", "/".join(path.parts[1:]), whole)


def _account(path: PurePosixPath, assignment: str) -> str | None:
    folder = path.parts[0]
    prefix = f"{assignment}-".casefold()
    if len(path.parts) < 2 or not folder.casefold().startswith(prefix):
        return None
    return folder[len(prefix) :] or None


def _person(roster: Roster, key: str, name: str) -> tuple[str | None, str]:
    """The student with a number, or else the only one of a name; and why there is none."""
    kind, _, number = key.partition(":")
    student = roster.by_key(key)
    namesakes = roster.by_name(name)
    both = " and ".join(namesakes)
    if student is not None and namesakes and student not in namesakes:
        return (
            None,
            f"the roster gives {number} to {student}, but it is {both} who is called {name!r}",
        )
    if student is not None:
        return student, ""
    if len(namesakes) > 1:
        return None, f"{both} are both called {name!r}, and nobody has {number}"
    if namesakes and roster.has_key(namesakes[0], kind):
        return None, f"{both} is called {name!r} but has another number in the roster than {number}"
    if namesakes:
        return namesakes[0], ""
    if not len(roster):
        return None, f"there is no roster to look up the number {number} and the name {name!r} in"
    return None, f"nobody in the roster has the number {number} or is called {name!r}"


def _with_own_names(
    files: Mapping[str, PurePosixPath], known: frozenset[str]
) -> tuple[dict[str, PurePosixPath], tuple[tuple[str, str], ...]]:
    """Notebooks under their own names again, which an LMS and browsers number."""
    named: dict[str, PurePosixPath] = {}
    renamed = []
    groups: dict[str, list[str]] = defaultdict(list)
    for name in files:
        path = PurePosixPath(name)
        again = _AGAIN.fullmatch(path.stem)
        is_copy = path.suffix == ".ipynb" and path.stem not in known
        stem = again["stem"] if again and is_copy and again["stem"] in known else path.stem
        groups[str(path.with_name(stem + path.suffix))].append(name)
    for name, sources in groups.items():
        if name in sources or len(sources) > 1:
            named |= {source: files[source] for source in sources}
        else:
            named[name] = files[sources[0]]
            if sources[0] != name:
                renamed.append((sources[0], name))
    return named, tuple(renamed)


def _time(stamp: str, zone: str) -> datetime | None:
    if not stamp:
        return None
    try:
        local = datetime(*map(int, stamp.split("-")), tzinfo=ZoneInfo(zone))  # type: ignore[misc,arg-type]  # as many as the pattern has
        return local.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
