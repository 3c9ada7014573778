"""From sources to `submitted/`, without losing anything that was there."""

from __future__ import annotations

import glob
import hashlib
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import final

from autograder.collect.layout import Placed, arrange
from autograder.collect.lms import Download, System, recognise
from autograder.collect.roster import Roster, RosterEntry, named, read_rosters
from autograder.collect.trees import (
    CollectLimits,
    ReadError,
    Tree,
    check_source,
    notebooks_tree,
    open_tree,
)
from autograder.course import Course, check_name
from autograder.errors import OperatorError
from autograder.folders import read_folder, replace_folder
from autograder.grading.gradebook import open_gradebook
from autograder.lateness import Rules, load_rules
from autograder.timestamps import read_timestamp, zones_of
from autograder.trail.log import Trail

__all__ = ["CollectReport", "Doubt", "Filed", "Outcome", "collect"]

_HISTORY = ".history"
_SET_ASIDE = "set-aside"
_TIMESTAMP = "timestamp.txt"
_UNLINKED = (
    "neither an id nor an e-mail address that another table has with an id: nobody is found by "
    "this entry. Add the address to your list of students"
)


class Outcome(StrEnum):
    """What became of a submission."""

    NEW = "new"
    """The first one of this student."""

    REPLACED = "replaced"
    """A newer one; the old one is kept in the history."""

    UNCHANGED = "unchanged"
    """The same bytes as were there."""

    OLDER = "older"
    """It was handed in before the one that is filed, which stays; it is kept in the history."""

    AFTER_DEADLINE = "after deadline"
    """It came after the deadline, and the one that is filed before, which stays; it is kept."""

    TOO_MANY = "too many"
    """The course allows fewer attempts; the one that is filed stays, and this one is kept."""


@final
@dataclass(frozen=True, slots=True)
class Filed:
    """A submission that has a place.

    Args:
        student: the student's id.
        assignment: the assignment's name.
        outcome: what was done.
        source: where it came from.
        came: its notebooks, as they lie in the source.
        history: where the one lies now that does not count: the one that was replaced, or this one.
        renamed: (as it came, as it is filed) of notebooks that an LMS or a browser renamed.
    """

    student: str
    assignment: str
    outcome: Outcome
    source: str
    came: tuple[str, ...] = ()
    history: Path | None = None
    renamed: tuple[tuple[str, str], ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that was left where it is.

    Args:
        source: the folder, zip or notebook.
        path: the file inside it; empty for the whole source.
        reason: why, and what to do.
    """

    source: str
    path: str
    reason: str


@final
@dataclass(frozen=True, slots=True)
class CollectReport:
    """What collecting did.

    Args:
        filed: the submissions, in the order they were found.
        doubtful: everything that was not filed.
        undated: (student, assignment) of what an LMS calls late without saying when it came.
        noise: (source, name) of files and folders that programs leave behind, which nobody wants.
        systems: which source is a download of which learning management system.
        dry_run: whether nothing was written.
    """

    filed: tuple[Filed, ...]
    doubtful: tuple[Doubt, ...]
    systems: Mapping[str, System] = field(default_factory=dict)
    dry_run: bool = False
    noise: tuple[tuple[str, str], ...] = ()
    undated: tuple[tuple[str, str], ...] = ()


def collect(
    course: Course,
    sources: Sequence[Path],
    assignment: str | None = None,
    *,
    limits: CollectLimits | None = None,
    encoding: str | None = None,
    rosters: Sequence[Path] = (),
    late_replaces: bool = False,
    dry_run: bool = False,
) -> CollectReport:
    """File submissions under `submitted/<student>/<assignment>/`.

    A source is a folder, a zip or a notebook; `autograder.collect.layout` has the rules for what
    belongs to whom, `autograder.collect.lms` those for the bulk downloads of Canvas, Moodle,
    Blackboard and GitHub Classroom. Notebooks are filed as they are, readable or not: grading says
    what is wrong. Nothing is deleted: a submission that is replaced goes to `submitted/.history/`,
    one that does not count to `submitted/.history/set-aside/`. What is filed and what is set aside
    goes on record in the trail, with the SHA-256 of each file.

    Of several submissions of a student the last one before the deadline counts, or the last one
    if all are late: the newer of two wins, unless `policy.toml` has a deadline and only the older
    one keeps it. Without times the one that is being collected wins.

    Args:
        course: the course.
        sources: what to collect from, in order.
        assignment: the one that files belong to which do not say.
        limits: bounds on each source; `CollectLimits()` by default.
        encoding: of the names in a zip that are not UTF-8, such as `"gbk"`.
        rosters: tables of students, for downloads that have an LMS's numbers or names only. What
            the gradebook does not know of their names and addresses is added to it.
        late_replaces: the last one counts even if it is late and an earlier one is not.
        dry_run: say what would be done, and write nothing.

    Raises:
        OperatorError: a source does not exist, the encoding or the assignment is not known.
    """
    if encoding is not None:
        _check_encoding(encoding)
    known = _known_notebooks(course)
    if assignment is not None and check_name("an assignment", assignment) not in known:
        raise OperatorError(
            f"there is no assignment {assignment!r} (assignments: {', '.join(known) or 'none'})"
        )
    for source in sources:
        check_source(source)
    rules = load_rules(course) or Rules()
    roster = read_rosters(rosters, _enrolled(course))
    run = _Run(
        course=course,
        trail=Trail(course),
        start=datetime.now(UTC),
        roster=roster,
        rules=rules,
        zones=zones_of(course),
        late_replaces=late_replaces,
        dry_run=dry_run,
        doubtful=[Doubt("the roster", label, _UNLINKED) for label in roster.unlinked],
    )
    limits = limits or CollectLimits()
    notebooks = [source for source in sources if source.suffix == ".ipynb" and source.is_file()]
    if notebooks:
        run.take(notebooks_tree(notebooks, limits), known, assignment)
    for source in sources:
        if source in notebooks:
            continue
        try:
            with open_tree(source, limits, encoding) as tree:
                run.take(tree, known, assignment)
        except (ReadError, OSError) as error:
            run.doubtful.append(Doubt(str(source), "", str(error)))
    run.trail.sync()
    if rosters and not dry_run:
        _introduce(course, run.roster, {filed.student for filed in run.filed})
    return CollectReport(
        filed=tuple(run.filed),
        doubtful=tuple(run.doubtful),
        systems=run.systems,
        dry_run=dry_run,
        noise=tuple(run.noise),
        undated=tuple(run.undated),
    )


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except LookupError as error:
        raise OperatorError(f"there is no encoding {encoding!r}") from error


def _known_notebooks(course: Course) -> dict[str, list[str]]:
    return {
        name: sorted(path.stem for path in course.source(name).glob("*.ipynb"))
        for name in course.assignments()
    }


def _enrolled(course: Course) -> list[RosterEntry]:
    """The students of the gradebook, if there is one."""
    file = course.db_url.removeprefix("sqlite:///")
    if course.db_url.startswith("sqlite:") and not Path(file).exists():
        return []
    gradebook = open_gradebook(course)
    try:
        return [
            RosterEntry(
                id=person.id,
                names=named(person.first_name or "", person.last_name or ""),
                emails=frozenset({person.email.casefold()} if person.email else ()),
            )
            for person in gradebook.students
        ]
    finally:
        gradebook.close()


def _introduce(course: Course, roster: Roster, came: Collection[str]) -> None:
    """Tell the gradebook names and addresses that it does not have; an LMS may need them."""
    gradebook = open_gradebook(course)
    try:
        known = {person.id: person for person in gradebook.students}
        for student in sorted(roster.called.keys() & (known.keys() | came)):
            person = known.get(student) or gradebook.add_student(student)
            for called in roster.called[student]:
                person.first_name = person.first_name or called.first_name or None
                person.last_name = person.last_name or called.last_name or None
                person.email = person.email or called.email or None
        gradebook.db.commit()
    finally:
        gradebook.close()


@final
@dataclass(frozen=True, slots=True)
class _Run:
    """One call of `collect`."""

    course: Course
    trail: Trail
    start: datetime
    roster: Roster
    rules: Rules
    zones: tuple[str, ...]
    late_replaces: bool
    dry_run: bool
    filed: list[Filed] = field(default_factory=list)
    doubtful: list[Doubt] = field(default_factory=list)
    noise: list[tuple[str, str]] = field(default_factory=list)
    systems: dict[str, System] = field(default_factory=dict)
    undated: list[tuple[str, str]] = field(default_factory=list)
    planned: dict[Path, dict[str, bytes]] = field(default_factory=dict)
    attempts: Counter[Path] = field(default_factory=Counter)

    def take(self, tree: Tree, known: Mapping[str, list[str]], assignment: str | None) -> None:
        """File everything in a tree that has an owner."""
        self._doubt(tree, tree.problems)
        self.noise.extend((tree.name, name) for name in tree.noise)
        if self._take_download(tree, known, assignment):
            return
        layout = arrange(tree.paths, known, assignment)
        self._doubt(tree, layout.doubtful)
        for placed in layout.placed:
            self._try(tree, placed)

    def _take_download(
        self, tree: Tree, known: Mapping[str, list[str]], assignment: str | None
    ) -> bool:
        """File the bulk download of an LMS; false if it is none."""
        best: tuple[str, Download] | None = None
        for name in [assignment] if assignment else known:
            found = recognise(
                tree.paths,
                known[name],
                name,
                self.roster,
                lambda path: _read_or_nothing(tree, path),
                self.rules.zone,
                any_name=assignment is not None,
            )
            if found and (best is None or len(found.sent) > len(best[1].sent)):
                best = name, found
        if best is None:
            return False
        name, download = best
        self.systems[tree.name] = download.system
        self._doubt(tree, download.doubtful)
        for sent in download.sent:
            if sent.late and sent.time is None:
                self.undated.append((sent.student, name))
            stamp = sent.time.strftime("%Y-%m-%d %H:%M:%S UTC") if sent.time else None
            self._try(tree, Placed(sent.student, name, sent.files), stamp, sent.renamed)
        return True

    def _doubt(self, tree: Tree, doubts: Iterable[tuple[str, str]]) -> None:
        self.doubtful.extend(Doubt(tree.name, path, reason) for path, reason in doubts)

    def _try(
        self,
        tree: Tree,
        placed: Placed,
        stamp: str | None = None,
        renamed: tuple[tuple[str, str], ...] = (),
    ) -> None:
        try:
            check_name("a student", placed.student)
            files = self._read(tree, placed)
            if stamp is not None:
                files[_TIMESTAMP] = f"{stamp}\n".encode()
            self.filed.append(replace(self._file(tree, placed, files), renamed=renamed))
        except (ReadError, OSError, OperatorError) as error:
            where = f"{placed.student}'s {placed.assignment}"
            reason = f"{where} cannot be filed: {error}"
            self._doubt(tree, [(str(path), reason) for path in placed.files.values()])

    def _read(self, tree: Tree, placed: Placed) -> dict[str, bytes]:
        """What can be read; without one of its notebooks a submission is none."""
        files = {}
        damaged = []
        for name, path in placed.files.items():
            try:
                files[name] = tree.read(path)
            except ReadError as error:
                if path.suffix == ".ipynb":
                    raise ReadError(f"{path}: {error}") from error
                damaged.append((str(path), f"{error}; the rest of the submission is filed"))
        self._doubt(tree, damaged)
        return files

    def _file(self, tree: Tree, placed: Placed, files: dict[str, bytes]) -> Filed:
        target = self.course.step("submitted", placed.student, placed.assignment)
        filed = self.planned.get(target) or read_folder(target)
        if not placed.whole:
            # The other notebooks of the submission stay; when these were handed in is not known.
            others = {name: data for name, data in filed.items() if name != _TIMESTAMP}
            same = all(filed.get(name) == data for name, data in files.items())
            files = filed if same else {**others, **files}
        history = None
        if not filed and not target.exists():
            outcome = Outcome.NEW
        elif files == filed:
            outcome = Outcome.UNCHANGED
        elif self._is_older(files, filed):
            outcome = Outcome.OLDER
        elif self._misses_deadline(files, filed, placed):
            outcome = Outcome.AFTER_DEADLINE
        elif self._used_up(target, placed):
            outcome = Outcome.TOO_MANY
        else:
            outcome = Outcome.REPLACED
        counts = outcome in {Outcome.NEW, Outcome.REPLACED}
        if counts:
            self.attempts[target] += 1
        if self.dry_run:
            if counts:
                self.planned[target] = files
        elif counts:
            self._record(tree, placed, files, outcome)
            history = self._keep(target, placed) if outcome is Outcome.REPLACED else None
            replace_folder(target, files)
        elif outcome is not Outcome.UNCHANGED:
            history = self._kept(files, placed)
            if history is None:
                self._record(tree, placed, files, outcome)
                history = self._place(_SET_ASIDE, placed)
                replace_folder(history, files)
        came = tuple(str(path) for path in placed.files.values() if path.suffix == ".ipynb")
        return Filed(placed.student, placed.assignment, outcome, tree.name, came, history)

    def _record(
        self, tree: Tree, placed: Placed, files: Mapping[str, bytes], outcome: Outcome
    ) -> None:
        self.trail.add(
            "collected",
            student=placed.student,
            assignment=placed.assignment,
            source=tree.name,
            outcome=str(outcome),
            files={name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
        )

    def _time(self, files: Mapping[str, bytes]) -> datetime | None:
        return read_timestamp(files.get(_TIMESTAMP, b""), self.zones)

    def _is_older(self, files: Mapping[str, bytes], filed: Mapping[str, bytes]) -> bool:
        coming, there = self._time(files), self._time(filed)
        return coming is not None and there is not None and coming < there

    def _misses_deadline(
        self, files: Mapping[str, bytes], filed: Mapping[str, bytes], placed: Placed
    ) -> bool:
        due = self.rules.of(placed.assignment).due
        coming, there = self._time(files), self._time(filed)
        if self.late_replaces or due is None or coming is None or there is None:
            return False
        late = self.rules.of(placed.assignment).late
        deadline, _ = self.rules.extended(placed.assignment, placed.student, due)
        last = (deadline + late.grace).replace(tzinfo=coming.tzinfo)
        return there <= last < coming

    def _used_up(self, target: Path, placed: Placed) -> bool:
        allowed = self.rules.of(placed.assignment).attempts
        if allowed is None:
            return False
        base = self._history(placed.assignment)
        kept = len(list(base.glob(f"*/{glob.escape(placed.student)}/{placed.assignment}")))
        planned = self.attempts[target] if self.dry_run else 0
        return kept + target.exists() + planned >= allowed

    def _history(self, assignment: str) -> Path:
        base = self.course.step("submitted", _HISTORY, assignment)
        while base.name != _HISTORY:
            base = base.parent
        return base

    def _keep(self, target: Path, placed: Placed) -> Path:
        """Copy what is filed to where no part of nbgrader looks."""
        history = self._place("", placed)
        shutil.copytree(target, history, symlinks=True)
        return history

    def _kept(self, files: Mapping[str, bytes], placed: Placed) -> Path | None:
        """Where the same files are kept since an earlier time."""
        base = self._history(placed.assignment)
        own = f"*/{glob.escape(placed.student)}/{placed.assignment}"
        found = (*base.glob(own), *(base / _SET_ASIDE).glob(own))
        return next((folder for folder in found if read_folder(folder) == files), None)

    def _place(self, kind: str, placed: Placed) -> Path:
        """A new place in the history."""
        base = self._history(placed.assignment) / kind
        stamp = self.start.strftime("%Y-%m-%dT%H-%M-%SZ")
        place = base / stamp / placed.student / placed.assignment
        number = 1
        while place.exists():
            number += 1
            place = base / f"{stamp}-{number}" / placed.student / placed.assignment
        return place


def _read_or_nothing(tree: Tree, path: PurePosixPath) -> bytes:
    try:
        return tree.read(path)
    except ReadError:
        return b""
