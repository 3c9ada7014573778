"""From sources to `submitted/`, without losing anything that was there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import cast, final

from nbgrader.utils import parse_utc

from autograder.collect.layout import Placed, arrange
from autograder.collect.trees import CollectLimits, ReadError, Tree, notebooks_tree, open_tree
from autograder.course import Course, check_name
from autograder.errors import OperatorError
from autograder.folders import read_folder, replace_folder

__all__ = ["CollectReport", "Doubt", "Filed", "Outcome", "collect"]

_HISTORY = ".history"
_TIMESTAMP = "timestamp.txt"
_STAMP = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,9})?( ([A-Za-z][A-Za-z_/]{0,31}|[+-]\d\d:?\d\d))?"
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
    """It was handed in before the one that is filed, which stays."""


@final
@dataclass(frozen=True, slots=True)
class Filed:
    """A submission that has a place.

    Args:
        student: the student's id.
        assignment: the assignment's name.
        outcome: what was done.
        source: where it came from.
        history: where the replaced one lies now, if there was one.
    """

    student: str
    assignment: str
    outcome: Outcome
    source: str
    history: Path | None = None


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
    """

    filed: tuple[Filed, ...]
    doubtful: tuple[Doubt, ...]


def collect(
    course: Course,
    sources: Sequence[Path],
    assignment: str | None = None,
    *,
    limits: CollectLimits | None = None,
    encoding: str | None = None,
) -> CollectReport:
    """File submissions under `submitted/<student>/<assignment>/`.

    A source is a folder, a zip or a notebook; `autograder.collect.layout` has the rules for what
    belongs to whom. Notebooks are filed as they are, readable or not: grading says what is wrong.
    Nothing is deleted: a submission that is replaced goes to `submitted/.history/`. When both have
    a `timestamp.txt`, the newer one wins; otherwise the one that is being collected.

    Args:
        course: the course.
        sources: what to collect from, in order.
        assignment: the one that files belong to which do not say.
        limits: bounds on each source; `CollectLimits()` by default.
        encoding: of the names in a zip that are not UTF-8, such as `"gbk"`.

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
    missing = [str(source) for source in sources if not source.exists()]
    if missing:
        raise OperatorError(f"there is nothing to collect at {', '.join(missing)}")
    run = _Run(course, datetime.now(UTC), [], [])
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
    return CollectReport(tuple(run.filed), tuple(run.doubtful))


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


@final
@dataclass(frozen=True, slots=True)
class _Run:
    """One call of `collect`."""

    course: Course
    start: datetime
    filed: list[Filed]
    doubtful: list[Doubt]

    def take(self, tree: Tree, known: Mapping[str, list[str]], assignment: str | None) -> None:
        """File everything in a tree that has an owner."""
        layout = arrange(tree.paths, known, assignment)
        doubts = [*tree.problems, *layout.doubtful]
        self.doubtful.extend(Doubt(tree.name, path, reason) for path, reason in doubts)
        for placed in layout.placed:
            try:
                self.filed.append(self._file(tree, placed))
            except (ReadError, OSError) as error:
                where = f"{placed.student}'s {placed.assignment}"
                self.doubtful.append(Doubt(tree.name, where, f"it cannot be filed: {error}"))

    def _file(self, tree: Tree, placed: Placed) -> Filed:
        files = {name: _read(tree, path) for name, path in placed.files.items()}
        target = self.course.step("submitted", placed.student, placed.assignment)
        filed = read_folder(target)
        if not placed.whole:
            # The other notebooks of the submission stay; when these were handed in is not known.
            others = {name: data for name, data in filed.items() if name != _TIMESTAMP}
            same = all(filed.get(name) == data for name, data in files.items())
            files = filed if same else {**others, **files}
        history = None
        if not target.exists():
            outcome = Outcome.NEW
        elif files == filed:
            outcome = Outcome.UNCHANGED
        elif _is_older(files, filed):
            outcome = Outcome.OLDER
        else:
            outcome = Outcome.REPLACED
            history = self._keep(target, placed)
        if outcome in {Outcome.NEW, Outcome.REPLACED}:
            replace_folder(target, files)
        return Filed(placed.student, placed.assignment, outcome, tree.name, history)

    def _keep(self, target: Path, placed: Placed) -> Path:
        """Copy what is filed to where no part of nbgrader looks."""
        base = self.course.step("submitted", _HISTORY, placed.assignment)
        while base.name != _HISTORY:
            base = base.parent
        stamp = self.start.strftime("%Y-%m-%dT%H-%M-%SZ")
        history = base / stamp / placed.student / placed.assignment
        number = 1
        while history.exists():
            number += 1
            history = base / f"{stamp}-{number}" / placed.student / placed.assignment
        shutil.copytree(target, history, symlinks=True)
        return history


def _read(tree: Tree, path: PurePosixPath) -> bytes:
    try:
        return tree.read(path)
    except ReadError as error:
        raise ReadError(f"{path}: {error}") from error


def _is_older(files: Mapping[str, bytes], filed: Mapping[str, bytes]) -> bool:
    coming, there = _timestamp(files), _timestamp(filed)
    return coming is not None and there is not None and coming < there


def _timestamp(files: Mapping[str, bytes]) -> datetime | None:
    text = files.get(_TIMESTAMP, b"")[:100].decode(errors="replace").strip()
    if not _STAMP.fullmatch(text):
        return None
    try:
        return cast("datetime", parse_utc(text))
    except (ValueError, OverflowError):
        return None
