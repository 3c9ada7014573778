"""Classes that hand in an assignment: right and wrong solutions, none hostile."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import nbformat

from autograder.assignment import Assignment, CellKind, load_assignment
from autograder.audit.handin import hand_in
from autograder.audit.variants import Variant, load_variants
from autograder.course import Course

ROOT: Final = Path(__file__).resolve().parent.parent
ATTENTION: Final = "attention"
FIVE_CELLS: Final = ("setup", "helpers", "softmax", "sdpa", "sdpa-values")
"""A notebook of five code cells, with one test: softmax, attention, and whether it is right."""

CONFIG: Final = 'c = get_config()\nc.CourseDirectory.course_id = "bench"\n'


@final
@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a class handed in.

    Args:
        assignment: the assignment.
        source: its folder in `source/`, bytes by relative path.
        notebooks: bytes by student.
    """

    assignment: Assignment
    source: dict[str, bytes]
    notebooks: dict[str, bytes]

    @property
    def files(self) -> dict[str, bytes]:
        """What lies beside the notebook."""
        return {path: data for path, data in self.source.items() if path != f"{self.name}.ipynb"}

    @property
    def name(self) -> str:
        """The assignment's."""
        return self.assignment.name

    def enlarged(self, size: int) -> HandedIn:
        """A class of another size: the same answers again, each notebook with a remark of its own.

        Equal notebooks are graded once; a class does not hand in equal ones.
        """
        own = list(self.notebooks.values())
        answered = next(
            cell.cell_id
            for cell in self.assignment.notebooks[self.name].cells
            if cell.cell_type == "code" and cell.kind is CellKind.SOLUTION
        )
        again = {f"s{i:05d}": _remarked(own[i % len(own)], answered, i) for i in range(size)}
        return HandedIn(self.assignment, self.source, again)


def class_of(name: str, size: int, cells: Collection[str] = ()) -> HandedIn:
    """The reference, every alternative, and mutants spread over all exercises; all distinct.

    Args:
        name: of an assignment of this course.
        size: how many hand in.
        cells: ids of code cells, where only these are the assignment; all text stays.
    """
    files = {
        path.relative_to(ROOT / "source" / name).as_posix(): path.read_bytes()
        for path in sorted((ROOT / "source" / name).rglob("*"))
        if path.is_file()
    }
    if cells:
        files[f"{name}.ipynb"] = _only(files[f"{name}.ipynb"], cells)
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        assignment = load_assignment(_course(Path(folder), name, files), name)
    own = ROOT / "tests" / "assignments" / name
    here = {cell.grade_id for cell in assignment.notebooks[name].cells}
    right, wrong = (
        [one for one in load_variants(folder) if here.issuperset(one.cells)]
        for folder in (own / "alternatives", own / "mutants")
    )
    count = size - 1 - len(right)
    if not 0 <= count <= len(wrong):
        raise SystemExit(f"a class has from {1 + len(right)} to {1 + len(right) + len(wrong)}")
    spread = [wrong[i * len(wrong) // count] for i in range(count)]
    notebooks = {"reference": _notebook(assignment, None)}
    for variant in [*right, *spread]:
        notebooks[variant.name.replace("_", "-")] = _notebook(assignment, variant)
    return HandedIn(assignment, files, notebooks)


def _remarked(data: bytes, cell_id: str, number: int) -> bytes:
    document = json.loads(data)
    for cell in document["cells"]:
        if cell["id"] == cell_id:
            cell["source"] = f"{''.join(cell['source'])}\n# {number}"
    return json.dumps(document).encode()


def _only(data: bytes, cells: Collection[str]) -> bytes:
    node: Any = nbformat.reads(data.decode(), as_version=4)
    node.cells = [cell for cell in node.cells if cell.cell_type != "code" or cell.id in cells]
    return str(nbformat.writes(node)).encode()


def _notebook(assignment: Assignment, variant: Variant | None) -> bytes:
    answers = dict(variant.cells) if variant else {}
    return hand_in(assignment, answers).notebooks[assignment.name]


def _course(folder: Path, name: str, files: dict[str, bytes]) -> Course:
    write_files(folder / "source" / name, files)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    return Course.open(folder)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Files below a folder, by relative path."""
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def make_course(folder: Path, handed_in: HandedIn) -> Course:
    """A course directory with the assignment's source and these submissions."""
    course = _course(folder, handed_in.name, handed_in.source)
    for student, data in handed_in.notebooks.items():
        place = folder / "submitted" / student / handed_in.name
        place.mkdir(parents=True)
        (place / f"{handed_in.name}.ipynb").write_bytes(data)
    return course
