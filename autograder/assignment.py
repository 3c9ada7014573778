"""An assignment as the instructor wrote it: what every submission is measured against."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, final

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions, SaveCells
from nbgrader.utils import compute_checksum

from autograder.course import Course
from autograder.errors import NotebookError, OperatorError
from autograder.mistakes import Pattern
from autograder.notebooks import CellType, unique_cell_ids

__all__ = [
    "Assignment",
    "AssignmentCell",
    "AssignmentNotebook",
    "CellKind",
    "load_assignment",
    "read_files",
]

_MAX_SOURCE_FILE_BYTES = 256 << 20
_FOLDERS = 40
_PATH_BYTES = 1_000


class CellKind(StrEnum):
    """What nbgrader's metadata makes of a cell."""

    PLAIN = "plain"
    """No nbgrader metadata: text, or code that students may change."""

    LOCKED = "locked"
    """Read-only, without points: imports, helpers, data."""

    SOLUTION = "solution"
    """Autograded answer: the student's own code."""

    GRADE = "grade"
    """Autograder tests."""

    MANUAL = "manual"
    """Manually graded answer, code or text."""

    TASK = "task"
    """Manually graded task; the answer is in cells of the student's own."""

    @classmethod
    def of(cls, nbgrader: Mapping[str, Any]) -> CellKind:
        """The kind of a cell with this nbgrader metadata."""
        match nbgrader:
            case {"task": True}:
                return CellKind.TASK
            case {"grade": True, "solution": True}:
                return CellKind.MANUAL
            case {"grade": True}:
                return CellKind.GRADE
            case {"solution": True}:
                return CellKind.SOLUTION
            case {"locked": True}:
                return CellKind.LOCKED
            case _:
                return CellKind.PLAIN


@final
@dataclass(frozen=True, slots=True)
class AssignmentCell:
    """One cell of the instructor's notebook in its three forms.

    Args:
        cell_id: nbformat id, unique in the notebook.
        grade_id: nbgrader's id, or None for plain cells.
        kind: what it is for.
        cell_type: code, markdown or raw.
        points: the most it can earn; 0 for cells that earn nothing.
        reference: with solutions, hidden tests and mark scheme.
        master: with hidden tests, without solutions; what locked cells are restored to.
        release: what students receive.
        metadata: what the released cell keeps of its metadata.
        master_checksum: nbgrader's checksum of the master form; empty for plain cells.
        declared_open: the author wants this grade cell run in the student's process.
        attachments: images of a markdown cell: name, MIME type, base64 text.
    """

    cell_id: str
    grade_id: str | None
    kind: CellKind
    cell_type: CellType
    points: float
    reference: str
    master: str
    release: str
    metadata: Mapping[str, Any]
    master_checksum: str = ""
    declared_open: bool = False
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def master_metadata(self) -> dict[str, Any]:
        """The cell's metadata in the form that belongs to `master`, a copy of its own."""
        metadata: dict[str, Any] = json.loads(json.dumps(self.metadata))
        if self.master_checksum:
            metadata["nbgrader"]["checksum"] = self.master_checksum
        return metadata

    @property
    def is_restored(self) -> bool:
        """Whether a submission's version of this cell is replaced by the instructor's."""
        return self.kind in {CellKind.LOCKED, CellKind.GRADE, CellKind.TASK}

    @property
    def earns_points(self) -> bool:
        """Whether the gradebook has an entry for this cell."""
        return self.kind in {CellKind.GRADE, CellKind.MANUAL, CellKind.TASK}


@final
@dataclass(frozen=True, slots=True)
class AssignmentNotebook:
    """One notebook of an assignment."""

    name: str
    cells: tuple[AssignmentCell, ...]
    metadata: Mapping[str, Any]

    def graded(self) -> Iterator[AssignmentCell]:
        """The cells that earn points, in order."""
        return (cell for cell in self.cells if cell.earns_points)


@final
@dataclass(frozen=True)
class Assignment:
    """Everything that grading a submission needs to know.

    Args:
        name: the folder's name under `source/`.
        notebooks: by name without suffix.
        files: other files of the source folder by relative POSIX path; students have them too.
        open_cells: (notebook, cell_id) of the grade cells that run in the student's process.
        borrowing_cells: of those that take classes beside the notebook from the student's process.
        methods: (notebook, cell_id, name) of the methods of objects that grade cells ask about
            values of their own, when the reference solution runs; None if it has not been run.
        patterns: what known wrong solutions answer, where a mistake is to be recognised.
    """

    name: str
    notebooks: Mapping[str, AssignmentNotebook]
    files: Mapping[str, bytes]
    open_cells: frozenset[tuple[str, str]] = frozenset()
    borrowing_cells: frozenset[tuple[str, str]] = frozenset()
    methods: frozenset[tuple[str, str, str]] | None = None
    patterns: tuple[Pattern, ...] = ()

    @property
    def max_score(self) -> float:
        """Points of all cells, those graded by hand included."""
        return sum(
            cell.points for notebook in self.notebooks.values() for cell in notebook.graded()
        )

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def solved(self) -> str:
        """SHA-256 of the reference solutions and the files, as hexadecimal digits."""
        code = [
            [notebook.name, cell.cell_id, cell.reference]
            for _, notebook in sorted(self.notebooks.items())
            for cell in notebook.cells
            if cell.kind is CellKind.SOLUTION
        ]
        state = hashlib.sha256(json.dumps(code).encode())
        for path, data in sorted(self.files.items()):
            state.update(json.dumps([path, len(data)]).encode() + data)
        return state.hexdigest()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that marks can depend on, as hexadecimal digits."""
        state = hashlib.sha256(json.dumps(sorted(self.open_cells)).encode())
        if self.methods:
            state.update(json.dumps(sorted(self.methods)).encode())
        if self.borrowing_cells:
            state.update(json.dumps(sorted(self.borrowing_cells)).encode())
        for name, notebook in sorted(self.notebooks.items()):
            state.update(json.dumps(["notebook", name]).encode())
            for cell in notebook.cells:
                fields = [
                    cell.cell_id,
                    cell.grade_id,
                    cell.kind,
                    cell.cell_type,
                    cell.points,
                    cell.reference,
                    cell.master,
                    cell.release,
                ]
                state.update(json.dumps(fields).encode())
        for path, data in sorted(self.files.items()):
            state.update(json.dumps(["file", path, len(data)]).encode())
            state.update(data)
        return state.hexdigest()


def load_assignment(course: Course, name: str) -> Assignment:
    """Read `source/<name>/` through nbgrader's own conversion steps.

    Raises:
        OperatorError: there is no such assignment, or it has no notebook.
        NotebookError: a source notebook is not in order; the message names the cell.
    """
    folder = course.source(name)
    if not folder.is_dir():
        known = ", ".join(course.assignments()) or "none"
        raise OperatorError(
            f"there is no assignment {name!r}: {folder} does not exist (assignments: {known})"
        )
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise OperatorError(f"{folder} has no notebook")
    notebooks = {path.stem: _load_notebook(course, name, path) for path in paths}
    files = read_files(folder, ignore=course.coursedir.ignore, max_bytes=_MAX_SOURCE_FILE_BYTES)
    return Assignment(name=name, notebooks=notebooks, files=files)


def read_files(folder: Path, *, ignore: list[str], max_bytes: int) -> dict[str, bytes]:
    """Files below a folder that are not its own notebooks, by relative POSIX path.

    Links are not followed; names that match a pattern of `ignore` are left out.

    Raises:
        OperatorError: all files together are larger than `max_bytes`, or one lies so deep that it
            could not be written elsewhere.
    """
    files: dict[str, bytes] = {}
    total = 0
    for entry in sorted(_regular_files(folder, ignore), key=lambda entry: entry.path):
        path = Path(entry.path)
        relative = path.relative_to(folder)
        if len(relative.parts) == 1 and path.suffix == ".ipynb":
            continue
        total += entry.stat(follow_symlinks=False).st_size
        if total > max_bytes:
            raise OperatorError(f"the files in {folder} are larger than {max_bytes:,} bytes")
        if len(os.fsencode(relative)) > _PATH_BYTES:
            raise OperatorError(
                f"the files in {folder} have names of more than {_PATH_BYTES} bytes"
            )
        files[relative.as_posix()] = path.read_bytes()
    return files


def _regular_files(folder: Path, ignore: list[str]) -> Iterator[os.DirEntry[str]]:
    """Without recursion: folders of a submission may be nested more deeply than Python calls."""
    todo = [(folder, 0)] if folder.is_dir() else []
    while todo:
        parent, depth = todo.pop()
        if depth > _FOLDERS:
            raise OperatorError(f"{folder} has folders more than {_FOLDERS} deep")
        with os.scandir(parent) as entries:
            for entry in entries:
                if any(Path(entry.name).match(pattern) for pattern in ignore):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    todo.append((Path(entry.path), depth + 1))
                elif entry.is_file(follow_symlinks=False):
                    yield entry


def _load_notebook(course: Course, assignment: str, path: Path) -> AssignmentNotebook:
    try:
        original = nbformat.reads(_with_cell_ids(path.read_text(encoding="utf-8")), as_version=4)
    except (ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError) as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NotebookError(
            str(path), f"it cannot be read ({problem})", "Repair it in Jupyter"
        ) from (error)
    generator = GenerateAssignment(coursedir=course.coursedir, config=course.config)
    steps = list(generator.preprocessors)
    if SaveCells not in steps:
        raise OperatorError(
            "GenerateAssignment.preprocessors in nbgrader_config.py must contain SaveCells"
        )
    cut = steps.index(SaveCells)
    resources = {
        "nbgrader": {
            "student": ".",
            "assignment": assignment,
            "notebook": path.stem,
            "db_url": course.db_url,
        },
        "metadata": {"path": str(path.parent)},
        "unique_key": path.stem,
    }
    where = f"{path.parent.name}/{path.name}"
    reference = _convert(
        course,
        [step for step in steps[:cut] if step is not ClearSolutions],
        original,
        resources,
        where,
    )
    master = _convert(course, steps[:cut], original, resources, where)
    release = _convert(course, steps[cut + 1 :], master, resources, where)
    if not len(reference.cells) == len(master.cells) == len(release.cells):
        raise NotebookError(where, "a preprocessor adds or drops cells", "Configure it off")
    ids = unique_cell_ids(
        cell.get("id") or cell.metadata.get("nbgrader", {}).get("grade_id") for cell in master.cells
    )
    cells = tuple(
        _assignment_cell(cell_id, *forms)
        for cell_id, *forms in zip(ids, reference.cells, master.cells, release.cells, strict=True)
    )
    return AssignmentNotebook(name=path.stem, cells=cells, metadata=_notebook_metadata(release))


def _with_cell_ids(text: str) -> str:
    """Give cells without an id of their own one that is the same every time."""
    document = json.loads(text)
    if document.get("nbformat") == 4 and document.get("nbformat_minor", 0) >= 5:
        cells = document["cells"]
        for cell, cell_id in zip(cells, unique_cell_ids(c.get("id") for c in cells), strict=True):
            cell["id"] = cell_id
    return json.dumps(document)


def _convert(course: Course, steps: list[Any], notebook: Any, resources: Any, where: str) -> Any:
    converted = nbformat.from_dict(json.loads(json.dumps(notebook)))
    # nbgrader logs each problem and raises it as well; the exception says it once.
    quiet = logging.getLogger("autograder.nbgrader")
    quiet.disabled = True
    for step in steps:
        preprocessor = step(config=course.config)
        preprocessor.log = quiet
        try:
            converted, resources = preprocessor.preprocess(converted, resources)
        except Exception as error:
            # Preprocessors raise RuntimeError, KeyError, ValidationError ... for bad notebooks, and
            # CheckCellMetadata hides the exception that names the cell behind a general one.
            cause = error.__context__ or error
            raise NotebookError(
                where,
                f"nbgrader's {step.__name__} refuses it ({type(cause).__name__}: {cause})",
                "Correct the cell in Jupyter with the Create Assignment view",
            ) from error
    return converted


def _assignment_cell(cell_id: str, reference: Any, master: Any, release: Any) -> AssignmentCell:
    nbgrader = master.metadata.get("nbgrader", {})
    kind = CellKind.of(nbgrader)
    metadata = {
        key: json.loads(json.dumps(release.metadata[key]))
        for key in ("autograder", "deletable", "editable", "nbgrader", "tags")
        if key in release.metadata
    }
    return AssignmentCell(
        cell_id=cell_id,
        grade_id=nbgrader.get("grade_id") if kind is not CellKind.PLAIN else None,
        kind=kind,
        cell_type=master.cell_type,
        points=float(nbgrader.get("points", 0)) if kind not in _WITHOUT_POINTS else 0.0,
        reference=reference.source,
        master=master.source,
        release=release.source,
        metadata=metadata,
        master_checksum="" if kind is CellKind.PLAIN else compute_checksum(master),
        attachments=json.loads(json.dumps(release.get("attachments", {}))),
        declared_open=kind is CellKind.GRADE and _declared_open(reference.metadata),
    )


_WITHOUT_POINTS = {CellKind.PLAIN, CellKind.LOCKED, CellKind.SOLUTION}


def _declared_open(metadata: Mapping[str, Any]) -> bool:
    own = metadata.get("autograder")
    return isinstance(own, Mapping) and own.get("open") is True


def _notebook_metadata(notebook: Any) -> dict[str, Any]:
    kept = {
        key: json.loads(json.dumps(notebook.metadata[key]))
        for key in ("kernelspec", "language_info")
        if key in notebook.metadata
    }
    kept.setdefault(
        "kernelspec", {"display_name": "Python 3", "language": "python", "name": "python3"}
    )
    # `autograder check` has nothing but the student's notebook to tell that a cell is missing.
    infos = (cell.metadata.get("nbgrader", {}) for cell in notebook.cells)
    kept["autograder"] = {"cells": [info["grade_id"] for info in infos if info.get("grade_id")]}
    return kept
