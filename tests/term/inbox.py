"""What a term's students hand in, as each system gives it to the grader."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.collect.roster import squash
from tests.term.students import HandIn, Student

__all__ = ["POLICY", "Attempt", "Inbox", "attempts", "lateness_factor", "stamp_of_exchange"]

POLICY = """\
timezone = "Europe/Zurich"
late_days = 1
drop_lowest = 1

[late]
grace = "15 min"
per_day = 10
at_most = 50
cutoff = "7 d"

[assignment.areas]
due = 2026-10-04T23:59:00

[assignment.lists]
due = 2026-10-18T23:59:00

[assignment.words]
due = 2026-11-01T23:59:00
attempts = 2

[assignment.records]
due = 2026-11-29T23:59:00

[groups]
part_time = [{part_time}]

[[extension]]
groups = ["part_time"]
assignments = ["words"]
by = "2 d"
reason = "part-time"
"""

_EARLY, _BEFORE, _ON_TIME = "2026-10-29-08-00-00", "2026-10-30-08-00-00", "2026-10-31-08-00-00"
_IN_GRACE, _30_HOURS, _8_DAYS = "2026-11-02-00-09-00", "2026-11-03-05-59-00", "2026-11-10-12-00-00"


@dataclass(frozen=True)
class Attempt:
    """When something was handed in, in local time, and whether it is the notebook that counts."""

    stamp: str
    is_own: bool = True


def attempts(student: Student) -> list[Attempt]:
    """When a student hands in `words`; in between, notebooks that must not count."""
    match student.number % 10:
        case 0:
            return [Attempt(_IN_GRACE)]
        case 1 | 5:
            return [Attempt(_30_HOURS)]
        case 2:
            return [Attempt(_8_DAYS)]
        case 3:
            return [Attempt(_BEFORE, is_own=False), Attempt(_ON_TIME)]
        case 4:
            return [Attempt(_ON_TIME), Attempt(_30_HOURS, is_own=False)]
        case 7:
            return [
                Attempt(_EARLY, is_own=False),
                Attempt(_BEFORE),
                Attempt(_ON_TIME, is_own=False),
            ]
    return [Attempt(_ON_TIME)]


def stamp_of_exchange(student: Student) -> str:
    """When `records` came in, in UTC, 22:59 being the deadline."""
    late = student.number % 10 in {1, 6}
    return "2026-12-01 04:59:00.000000 UTC" if late else "2026-11-29 20:00:00.000000 UTC"


def lateness_factor(student: Student, work: str, *, words_graded: bool) -> float:
    """What share of the points remains; a free late day goes to `words` first if that is graded."""
    last = student.number % 10
    if work == "words":
        return {1: 0.9, 2: 0.0}.get(last, 1.0)
    if work == "records" and student.number % 3 == 1:
        return {1: 0.8 if words_graded else 0.9, 6: 0.9}.get(last, 1.0)
    return 1.0


@dataclass(frozen=True)
class Inbox:
    """Where everything comes in.

    Args:
        folder: empty at first.
        people: the class.
    """

    folder: Path
    people: Sequence[Student]

    def tables(self) -> None:
        """The list of students, and what each LMS exports."""
        self.folder.mkdir(parents=True)
        own = ["id", "first_name", "last_name", "email", "github"]
        self._table(
            "students.csv",
            own,
            ([s.id, s.first, s.last, s.email, f"gh-{s.id}"] for s in self.people),
        )
        canvas = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "areas (4711)"]
        most = ["    Points Possible", "", "", "", "", "5.0"]
        rows = (
            [f"{s.last}, {s.first}", s.canvas, f"u{s.number}", s.id, "1", ""] for s in self.people
        )
        self._table("canvas.csv", canvas, [most, *rows])
        moodle = (
            "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed"
        )
        header = [*moodle.split(","), "Feedback comments"]
        self._table(
            "moodle.csv",
            header,
            (
                [f"Participant {s.moodle}", f"{s.first} {s.last}", s.email, "", "", 10, "Yes", ""]
                for s in self.people
            ),
        )
        board = ["Last Name", "First Name", "Username", "words [Total Pts: 5 Score] |13"]
        self._table("blackboard.csv", board, ([s.last, s.first, s.id, ""] for s in self.people))

    def _table(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows([header, *rows])
        (self.folder / name).write_text("\ufeff" + text.getvalue(), encoding="utf-8", newline="")

    def canvas(self, handed_in: Mapping[Student, HandIn]) -> Path:
        """`areas`: Canvas's download, and one of which only half came."""
        files = {"strangerone_9999_1_areas.ipynb": b"{}"}
        for student, work in handed_in.items():
            late = "LATE_" if student.number % 50 == 3 else ""
            number = "-1" if student.number % 7 == 0 and work.file == "areas" else ""
            who = squash(student.last + student.first)
            name = f"{who}_{late}{student.canvas}_{student.number}_{work.file}{number}.ipynb"
            files[name] = work.data
        whole = self._zip("canvas.zip", files)
        half = whole.read_bytes()[: whole.stat().st_size // 2]
        (self.folder / "canvas-half.zip").write_bytes(half)
        return whole

    def moodle(self, handed_in: Mapping[Student, HandIn]) -> Path:
        """`lists`: Moodle's download, with what a Mac adds and a student who tries to get out."""
        files = {
            "Nobody Known_9_assignsubmission_file_/lists.ipynb": b"{}",
            "../../gradebook.db": b"evil",
            "__MACOSX/._lists.ipynb": b"mac",
        }
        for student, work in handed_in.items():
            folder = f"{student.first} {student.last}_{student.moodle}_assignsubmission_file_"
            files[f"{folder}/{work.file}.ipynb"] = work.data
        return self._zip("moodle.zip", files)

    def blackboard(self, handed_in: Mapping[Student, HandIn], decoy: bytes) -> Path:
        """`words`: Blackboard's download, with all attempts."""
        files = {"Words_zzz_attempt_2026-10-31-08-00-00_words.ipynb": b"{}"}
        for student, work in handed_in.items():
            for attempt in attempts(student):
                head = f"Words_{student.id}_attempt_{attempt.stamp}"
                files[f"{head}.txt"] = f"Name: {student.first} X ({student.id})\n".encode()
                file = work.file if attempt.is_own else "words"
                files[f"{head}_{file}.ipynb"] = work.data if attempt.is_own else decoy
        return self._zip("blackboard.zip", files)

    def repositories(self, handed_in: Mapping[Student, HandIn]) -> Path:
        """`records`: GitHub Classroom's folder."""
        folder = self.folder / "repositories"
        for student, work in handed_in.items():
            _write(folder / f"records-gh-{student.id}" / f"{work.file}.ipynb", work.data)
            _write(folder / f"records-gh-{student.id}" / ".git" / "config", b"[core]")
        _write(folder / "records-nobody" / "records.ipynb", b"{}")
        return folder

    def mails(self, handed_in: Mapping[Student, HandIn]) -> list[Path]:
        """`records`: as files, and in folders where the file's name says nothing."""
        flat, folders = self.folder / "by mail", self.folder / "folders"
        for student, work in handed_in.items():
            if work.file == "records" and student.number % 2:
                _write(flat / f"{student.id}_records.ipynb", work.data)
            else:
                _write(folders / student.id / f"{work.file}.ipynb", work.data)
        _write(flat / "records.ipynb", b"nobody's")
        return [flat, folders]

    def _zip(self, name: str, files: Mapping[str, bytes]) -> Path:
        with zipfile.ZipFile(self.folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in files.items():
                archive.writestr(zipfile.ZipInfo(path, (2026, 12, 1, 0, 0, 0)), data)
        return self.folder / name


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
