"""Whatever comes in, nothing crashes and nothing is lost.

Downloads of every system, with names, archives, rosters and notebooks that went wrong in all the
ways that are known and in some that are not. Every file is afterwards in the course, byte for byte,
or named with a reason. `make fuzz` runs thousands of them; with the tests there are some hundreds.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.assignment import load_assignment
from autograder.collect import CollectLimits, CollectReport, Outcome, collect
from autograder.errors import OperatorError
from autograder.grading.grade import Submission, grade
from autograder.grading.policy import Policy
from autograder.grading.verdict import SubmissionStatus
from autograder.notebooks import NotebookLimits
from tests.builders import RIGHT, SQUARE, make_course, notebook, released
from tests.fuzz.mutations import mutate_json
from tests.gradebooks import with_gradebook
from tests.grading.fakes import InstantEngine

EXAMPLES = int(os.environ.get("AUTOGRADER_EXAMPLES", "200"))
LIMITS = CollectLimits(files=60, total_bytes=1 << 20, file_bytes=1 << 18, free_bytes=1 << 20)
POLICY = Policy(notebook=NotebookLimits(file_bytes=1 << 18, cells=60, source_chars=20_000))
VALID = notebook(released(SQUARE, RIGHT))

some = settings(
    max_examples=EXAMPLES // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
many = settings(some, max_examples=EXAMPLES)


class Desk:
    """A course that is emptied for every input."""

    def __init__(self, folder: Path) -> None:
        self.course = make_course(folder / "outer" / "course", square=SQUARE, circle=SQUARE)
        self.assignment = load_assignment(self.course, "square")
        self.inbox = folder / "inbox"
        self.folder = folder

    def empty(self) -> None:
        (self.course.root / "gradebook.db").unlink(missing_ok=True)
        for path in (self.course.root / "submitted", self.course.root / ".autograder", self.inbox):
            shutil.rmtree(path, ignore_errors=True)
        self.inbox.mkdir()

    def kept(self) -> set[bytes]:
        """The contents of all files in the course that students sent."""
        root = self.course.root / "submitted"
        return {path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def elsewhere(self) -> list[Path]:
        """What was written where nothing may be written."""
        places = [self.inbox, *(self.course.root / name for name in ("submitted", ".autograder"))]
        return [
            path
            for path in self.folder.rglob("*")
            if path.is_file() and not any(place in path.parents for place in places)
        ]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("fuzzed"))


STUDENTS = st.sampled_from(["ada", "bob", "li", "李明", "j_doe", "O'Neil", "a b", "=1+1", "s1"])
STEMS = st.sampled_from(
    ["square", "square-1", "square (2)", "circle", "Untitled", "squ\u0301are", "sq\u00faare"]
)
NUMBERS = st.sampled_from(["101", "102", "7", "0", "99999999999999999999"])
STAMPS = st.sampled_from(
    ["2026-03-01-10-00-00", "2026-03-02-10-00-00", "2026-13-41-99-99-99", "0001-01-01-00-00-00"]
)
NAMES: dict[str, st.SearchStrategy[str]] = {
    "canvas": st.builds(
        "{}_{}{}_{}_{}.ipynb".format,
        STUDENTS,
        st.sampled_from(["", "", "LATE_"]),
        NUMBERS,
        NUMBERS,
        STEMS,
    ),
    "moodle": st.builds(
        "{}_{}_assignsubmission_file_{}{}.ipynb".format,
        STUDENTS,
        NUMBERS,
        st.sampled_from(["/", "", "/a/b/"]),
        STEMS,
    ),
    "blackboard": st.builds(
        "Home_work 1_{}_attempt_{}{}".format,
        STUDENTS,
        STAMPS,
        st.one_of(st.just(".txt"), st.builds("_{}.ipynb".format, STEMS)),
    ),
    "github": st.builds("square-{}/{}.ipynb".format, STUDENTS, STEMS),
    "nbgrader": st.builds(
        "{}{}/{}/{}".format,
        st.sampled_from(["", "top/", "submitted/"]),
        STUDENTS,
        st.sampled_from(["square", "circle", "cube"]),
        st.one_of(
            st.builds("{}.ipynb".format, STEMS),
            st.sampled_from(["data.csv", "timestamp.txt", "a/b/c.txt", ".hidden", "more.zip"]),
        ),
    ),
    "flat": st.builds("{}_{}.ipynb".format, STUDENTS, STEMS),
    "folders": st.builds("{}/{}.ipynb".format, STUDENTS, STEMS),
}
"""Names as each system gives them."""


@st.composite
def names(draw: st.DrawFn) -> list[str]:
    """The files of one download, some of which are not as they should be."""
    style = NAMES[draw(st.sampled_from(sorted(NAMES)))]
    found = draw(st.lists(style, min_size=1, max_size=7))
    if draw(st.booleans()):
        other = st.one_of(*NAMES.values(), st.text(max_size=12))
        found += draw(st.lists(other, max_size=3))
    if draw(st.booleans()):
        found = [draw(_spoiled(name)) for name in found]
    wrapper = draw(st.sampled_from(["", "", "download/", "__MACOSX/", "../", "square/"]))
    return [wrapper + name for name in found]


@st.composite
def _spoiled(draw: st.DrawFn, name: str) -> str:
    odd = st.sampled_from(
        ["..", "/", "//", "\\", "\0", "\n", "\x1b[31m", "\u202e", "é", "e\u0301", ".", "_", "C:"]
    )
    at = draw(st.integers(0, len(name)))
    what = draw(st.sampled_from(["keep", "keep", "insert", "cut", "fold", "decompose"]))
    match what:
        case "insert":
            return name[:at] + draw(odd | st.characters()) + name[at:]
        case "cut":
            return name[:at]
        case "fold":
            return name.swapcase()
        case "decompose":
            return unicodedata.normalize("NFD", name)
    return name


CONTENTS = st.one_of(
    st.just(VALID),
    st.integers(0, 10_000).map(lambda seed: mutate_json(VALID, seed) or b""),
    st.sampled_from(
        [
            b"",
            b"{",
            b"[]",
            b"null",
            VALID[:300],
            VALID.decode().encode("utf-16"),
            b"\xef\xbb\xbf" + VALID,
            b'{"nbformat": 4, "cells": [{}]}',
            b'{"nbformat": 99, "cells": []}',
            b'{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "heading"}]}]}',
            b"[" * 3_000,
            b'{"nbformat": 4' + b"0" * 5_000 + b"}",
            b"2026-03-01 10:00:00 UTC",
            b"Name: Ada (ada)\nDate: x",
        ]
    ),
    st.binary(max_size=40),
)


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """A zip, whole or damaged."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, name in enumerate(draw(names())):
            entry = zipfile.ZipInfo("x")
            entry.filename = name if _can_be_written(name) else f"no name {number}"
            entry.compress_type = draw(
                st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
            )
            if draw(st.integers(0, 9)) == 0:
                kind = draw(st.sampled_from([stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR]))
                entry.external_attr = (kind | 0o777) << 16
            # No two files are the same, so that each can be looked for.
            archive.writestr(entry, draw(CONTENTS) + b" " * (number + 1))
    data = bytearray(buffer.getvalue())
    match draw(st.sampled_from(["whole", "whole", "flips", "cut", "prefix", "doubled", "legacy"])):
        case "flips":
            for _ in range(draw(st.integers(1, 4))):
                data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
        case "cut":
            del data[draw(st.integers(0, len(data))) :]
        case "prefix":
            data[:0] = draw(st.binary(max_size=50))
        case "doubled":
            data = data + data
        case "legacy":
            # Names that do not say that they are UTF-8.
            data = bytearray(bytes(data).replace(b"\x00\x08\x00\x00", b"\x00\x00\x00\x00"))
    return bytes(data)


def _can_be_written(name: str) -> bool:
    try:
        return 0 < len(name.encode()) < 60_000
    except UnicodeEncodeError:
        return False


GOOD_TABLES = [
    "id,first_name,last_name,email,github\nada,Ada,Byron,a@x,ada\nbob,B,B,b@x,bob\nli,明,李,,李明\n",
    'Student,ID,SIS User ID,SIS Login ID,Section\n Points Possible,,,,\n"Byron, Ada",101,u,ada,\n',
    "Identifier,Full name,Email address,Grade\nParticipant 101,Ada,a@x,\nParticipant 7,B,b@x,\n",
    '"Last Name"\t"First Name"\t"Username"\n"Byron"\t"Ada"\t"ada"\n"Doe"\t"J"\t"j_doe"\n',
]


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A roster, with what programs and people do to it."""
    lines = draw(st.sampled_from(GOOD_TABLES)).splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        text = lines[at]
        place = draw(st.integers(0, len(text)))
        odd = draw(
            st.sampled_from(
                ["\0", '"', ",", ";", "\t", "\r", "\n", "=1+1", "\u2028", "é", "x" * 99]
            )
            | st.text(max_size=3)
        )
        lines[at] = text[:place] + odd + text[place:]
        if draw(st.booleans()):
            lines.append(lines[draw(st.integers(0, len(lines) - 1))])
    encoding = draw(
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gbk", "latin-1", "utf-16-le"])
    )
    data = "".join(lines).encode(encoding, "replace")
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 5)) == 0 else data


POLICIES = [
    "",
    "[assignment.square]\nattempts = 1\n",
    "timezone = 'Asia/Shanghai'\n[assignment.square]\ndue = 2026-03-01T12:00:00\n",
]

choices = st.tuples(
    st.sampled_from([None, "square", "square", "circle"]),
    st.sampled_from([None, None, "gbk"]),
    st.sampled_from(POLICIES),
    st.booleans(),
)


def _collected(desk: Desk, source: Path, rosters: Sequence[Path], choice: Any) -> CollectReport:
    """Collect twice, after a look; the report of the first time."""
    assignment, encoding, policy, late = choice
    (desk.course.root / "policy.toml").write_text(policy)

    def run(*, dry_run: bool = False) -> CollectReport:
        return collect(
            desk.course,
            [source],
            assignment,
            limits=LIMITS,
            encoding=encoding,
            rosters=rosters,
            late_replaces=late,
            dry_run=dry_run,
        )

    planned = run(dry_run=True)
    assert not desk.kept()
    report = run()
    kept = desk.kept()
    assert _said(planned) == _said(report)
    again = run()
    assert desk.kept() == kept
    assert not {filed.outcome for filed in again.filed} & {Outcome.NEW}
    return report


def _said(report: CollectReport) -> object:
    filed = [(entry.student, entry.assignment, entry.outcome) for entry in report.filed]
    return filed, report.doubtful, report.noise


def _nothing_is_lost(
    desk: Desk, report: CollectReport, sent: Sequence[tuple[set[str], bytes | None]]
) -> None:
    """Each file is there or named, and every notebook that is there has a verdict."""
    if any(doubt.path == "" for doubt in report.doubtful):
        assert not report.filed
        return
    kept = desk.kept()
    named = {_plain(doubt.path) for doubt in report.doubtful}
    assert all(doubt.reason for doubt in report.doubtful)
    noise = [PurePosixPath(_plain(name)) for _, name in report.noise]
    for forms, data in sent:
        paths = {PurePosixPath(_plain(form)) for form in forms}
        assert (
            data in kept
            or not named.isdisjoint({*map(str, paths), *map(_plain, forms)})
            or any(part == path or part in path.parents for part in noise for path in paths)
        ), (forms, data, report)
    assert desk.elsewhere() == _own_files(desk)
    for student in desk.course.students("square"):
        folder = desk.course.step("submitted", student, "square")
        notebooks = {path.stem: path.read_bytes() for path in folder.glob("*.ipynb")}
        verdict = grade(desk.assignment, Submission(notebooks), POLICY, InstantEngine())
        assert verdict.status is SubmissionStatus.GRADED or verdict.reason


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("\\", "/").removesuffix("/")


def _own_files(desk: Desk) -> list[Path]:
    own = {"source", "nbgrader_config.py", "policy.toml", "gradebook.db"}
    return [path for path in desk.elsewhere() if path.relative_to(desk.course.root).parts[0] in own]


def _members(source: Path) -> list[tuple[set[str], bytes | None]]:
    """The files of a zip as far as Python reads them, with the names that each may have."""
    found = []
    try:
        with zipfile.ZipFile(source) as archive:
            for entry in archive.infolist():
                if entry.is_dir() and not entry.file_size:
                    continue
                try:
                    data = archive.read(entry)
                except Exception:  # noqa: BLE001 - damaged in whatever way
                    data = None
                found.append((set(_as_read(entry)), data))
    except Exception:  # noqa: BLE001 - likewise
        return []
    return found


def _as_read(entry: zipfile.ZipInfo) -> Iterator[str]:
    name = entry.orig_filename
    yield name
    for encoding in ("utf-8", "gbk"):
        with suppress(UnicodeError):
            yield name.encode("cp437", "replace").decode(encoding)


def _written(
    folder: Path, files: Sequence[tuple[str, bytes]]
) -> list[tuple[set[str], bytes | None]]:
    """Put files into a folder, those that a file system can have."""
    folder.mkdir()
    sent: list[tuple[set[str], bytes | None]] = []
    for name, data in files:
        place = folder / name.lstrip("/")
        if ".." in place.parts or folder not in place.parents:
            continue
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                file.write(data)
        except (OSError, ValueError):
            continue
        sent.append(({place.relative_to(folder).as_posix()}, data))
    return sent


@pytest.mark.filterwarnings("ignore:Duplicate name")
@many
@given(archives(), choices)
def test_archives(desk: Desk, data: bytes, choice: Any) -> None:
    desk.empty()
    source = desk.inbox / "class.zip"
    source.write_bytes(data)
    report = _collected(desk, source, (), choice)
    _nothing_is_lost(desk, report, _members(source))


@many
@given(names(), st.lists(CONTENTS, min_size=10, max_size=10), choices)
def test_folders(desk: Desk, files: list[str], contents: list[bytes], choice: Any) -> None:
    desk.empty()
    source = desk.inbox / "class"
    each = zip(files, contents, strict=False)
    sent = _written(
        source, [(name, data + b" " * number) for number, (name, data) in enumerate(each, 1)]
    )
    report = _collected(desk, source, (), choice)
    _nothing_is_lost(desk, report, sent)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@some
@given(archives(), st.lists(tables(), min_size=1, max_size=2), choices)
def test_rosters(desk: Desk, data: bytes, rosters: list[bytes], choice: Any) -> None:
    desk.empty()
    with_gradebook(desk.course)
    source = desk.inbox / "class.zip"
    source.write_bytes(data)
    paths = [desk.inbox / f"{number}.csv" for number in range(len(rosters))]
    for path, table in zip(paths, rosters, strict=True):
        path.write_bytes(table)
    try:
        report = _collected(desk, source, paths, choice)
    except OperatorError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        # A table that is none is refused before anything is done, with its name.
        assert any(path.name in refused for path in paths)
        assert not desk.kept()
        return
    _nothing_is_lost(desk, report, _members(source))
