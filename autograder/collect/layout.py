"""Which file belongs to whom. Where the names do not say, nothing is guessed.

The rules, in order. A *wrapper* is a folder that all files of a source have in common.

1. `<student>/<assignment>/...`, below any wrappers: nbgrader's own layout. The second folder is
   the name of an assignment of the course. Everything below it belongs to that submission.
2. `<student>_<notebook>.ipynb`, outside a student's folder: the notebook is one of the
   assignment's, and there is only one way to read the name.
3. `<student>/<notebook>.ipynb`, below any wrappers: everything in a folder that holds a notebook
   belongs to the student whose name the folder has. The assignment is the one that was named,
   else a wrapper's name, else the only one that has a notebook of this name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import PurePosixPath
from typing import final

from autograder.course import check_name
from autograder.errors import OperatorError

__all__ = ["Layout", "Placed", "arrange"]

_WHOSE = (
    "nothing says whose it is: name it <student>_<notebook>.ipynb or put it into a folder "
    "with the student's name"
)


@final
@dataclass(frozen=True, slots=True)
class Placed:
    """One submission of a source.

    Args:
        student: the student's id.
        assignment: the assignment's name.
        files: where each file lies in the source, by its path in the submission.
        whole: the source has a folder for the submission; otherwise there may be more to it.
    """

    student: str
    assignment: str
    files: Mapping[str, PurePosixPath]
    whole: bool = True


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """What was made of a source.

    Args:
        placed: the submissions, sorted.
        doubtful: (path, reason) of the files that belong to none.
    """

    placed: tuple[Placed, ...]
    doubtful: tuple[tuple[str, str], ...]


class _DoubtError(Exception):
    """A file cannot be placed; its text says why."""


@final
@dataclass(slots=True)
class _Desk:
    """Where files are sorted into piles."""

    piles: dict[tuple[str, str], dict[str, PurePosixPath]] = field(default_factory=dict)
    doubtful: list[tuple[str, str]] = field(default_factory=list)
    single: set[PurePosixPath] = field(default_factory=set)

    def put(self, student: str, assignment: str, name: str, path: PurePosixPath) -> None:
        """Add a file to a submission, or to the doubtful ones if its place is taken."""
        try:
            student = check_name("a student", student)
        except OperatorError as error:
            self.doubt(path, str(error))
            return
        pile = self.piles.setdefault((student, assignment), {})
        if name in pile:
            self.doubt(path, f"{student}'s {assignment} has {pile[name]} as {name} already")
        else:
            pile[name] = path

    def placed(self) -> list[Placed]:
        """The piles as submissions, sorted."""
        return [
            Placed(student, assignment, files, whole=self.single.isdisjoint(files.values()))
            for (student, assignment), files in sorted(self.piles.items())
            if files
        ]

    def doubt(self, path: PurePosixPath, reason: str) -> None:
        """Leave a file where it is."""
        self.doubtful.append((str(path), reason))


def arrange(
    paths: Sequence[PurePosixPath],
    assignments: Mapping[str, Iterable[str]],
    assignment: str | None = None,
) -> Layout:
    """Sort the files of a source into submissions by the rules above.

    Args:
        paths: the files, relative to the source.
        assignments: the names of each assignment's notebooks, without suffix.
        assignment: the one that files belong to which do not say.
    """
    desk = _Desk()
    known = {name: frozenset(notebooks) for name, notebooks in assignments.items()}
    folders = {folder for path in paths for folder in path.parents}
    wrappers = _wrappers(paths)
    rest: list[PurePosixPath] = []
    for path in paths:
        if path in folders:
            desk.doubt(path, "a folder has the same name")
        elif not _by_tree(desk, path, wrappers, known):
            rest.append(path)
    pools = _pools(rest)
    rest = [path for path in rest if not _by_name(desk, path, pools, known, assignment)]
    # A notebook that lies loose at the top says nothing about the folders beside it.
    homes = {path.parent for path in rest if path.suffix == ".ipynb" and path.parent.name}
    by_home: dict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
    for path in rest:
        home = next((folder for folder in reversed(path.parents) if folder in homes), None)
        if home is None:
            reason = _WHOSE if path.suffix == ".ipynb" else "it lies beside no notebook"
            desk.doubt(path, reason)
        else:
            by_home[home].append(path)
    for home, files in by_home.items():
        try:
            name = _assignment_of(home, files, wrappers, known, assignment)
        except _DoubtError as error:
            for path in files:
                desk.doubt(path, str(error))
            continue
        for path in files:
            desk.put(home.name, name, path.relative_to(home).as_posix(), path)
    return Layout(placed=tuple(desk.placed()), doubtful=tuple(sorted(desk.doubtful)))


def _by_tree(
    desk: _Desk,
    path: PurePosixPath,
    wrappers: Sequence[str],
    known: Mapping[str, frozenset[str]],
) -> bool:
    folders = path.parts[:-1]
    at = next((index for index in range(1, len(folders)) if folders[index] in known), None)
    if at is None:
        return False
    if at - 1 > len(wrappers):
        desk.doubt(
            path, f"{folders[at - 1]!r} may not be the student: it lies beside other folders"
        )
    else:
        inside = PurePosixPath(*path.parts[at + 1 :])
        desk.put(folders[at - 1], folders[at], inside.as_posix(), path)
    return True


def _by_name(
    desk: _Desk,
    path: PurePosixPath,
    pools: Collection[PurePosixPath],
    known: Mapping[str, frozenset[str]],
    assignment: str | None,
) -> bool:
    """Rule 2; false if the file's name is none of the kind or a folder says whose it is."""
    if path.suffix != ".ipynb" or path.stem in _notebooks(known, assignment):
        return False
    choices = sorted(
        {
            (path.stem.removesuffix(f"_{notebook}"), name, notebook)
            for name, notebooks in known.items()
            if assignment in {None, name}
            for notebook in notebooks
            if path.stem.endswith(f"_{notebook}") and path.stem != f"_{notebook}"
        }
    )
    if not choices:
        return False
    folders = path.parts[:-1]
    if len(choices) > 1:
        readings = " or ".join(f"{notebook} by {student}" for student, _, notebook in choices)
        desk.doubt(path, f"its name can be read in more than one way: {readings}")
    elif folders and folders[-1] != choices[0][0] and path.parent not in pools:
        desk.doubt(
            path, f"its name says {choices[0][0]!r} and its folder {folders[-1]!r}: whose is it?"
        )
    else:
        student, name, notebook = choices[0]
        desk.single.add(path)
        desk.put(student, name, f"{notebook}.ipynb", path)
    return True


def _pools(paths: Sequence[PurePosixPath]) -> set[PurePosixPath]:
    """The folders that all files lie in and that hold notebooks of many."""
    wrappers = _wrappers(paths)
    notebooks = Counter(path.parent for path in paths if path.suffix == ".ipynb")
    return {
        folder
        for folder, count in notebooks.items()
        if count > 1 and len(folder.parts) <= len(wrappers)
    }


def _wrappers(paths: Sequence[PurePosixPath]) -> Sequence[str]:
    """The folders that all files have in common, the outermost first."""
    parts = [path.parts for path in paths]
    # What the first and the last in order share, all between them share.
    pairs = zip(min(parts, default=()), max(parts, default=()), strict=False)
    return [one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]


def _notebooks(known: Mapping[str, frozenset[str]], assignment: str | None) -> set[str]:
    return {
        notebook
        for name, notebooks in known.items()
        if assignment in {None, name}
        for notebook in notebooks
    }


def _assignment_of(
    home: PurePosixPath,
    files: Sequence[PurePosixPath],
    wrappers: Sequence[str],
    known: Mapping[str, frozenset[str]],
    assignment: str | None,
) -> str:
    above = home.parts[:-1]
    if len(above) > len(wrappers):
        raise _DoubtError(
            f"{home.name!r} may not be the student: its folder lies beside others; the layouts "
            "that are understood are <student>/<assignment>/ and <student>/"
        )
    if assignment is not None:
        return assignment
    if named := [folder for folder in above if folder in known]:
        return named[-1]
    notebooks = {path.stem for path in files if path.parent == home and path.suffix == ".ipynb"}
    fits = sorted(name for name, own in known.items() if own & notebooks)
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise _DoubtError(f"it may belong to {' or '.join(fits)}: say which with --assignment")
    raise _DoubtError(
        "its name is no notebook of any assignment: rename it or say which with --assignment"
    )
