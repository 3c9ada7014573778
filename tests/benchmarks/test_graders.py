"""The benchmark compares like with like: the same submissions and the same checks for everybody."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from autograder.assignment import CellKind
from benchmarks import otter_course
from benchmarks.classes import ATTENTION, FIVE_CELLS, class_of
from benchmarks.growth import Growth, Pretended, draw, measure

CLASS = class_of(ATTENTION, 20)
NOTEBOOK = CLASS.assignment.notebooks[ATTENTION]
GRADED = [cell for cell in NOTEBOOK.cells if cell.kind is CellKind.GRADE]


def test_no_two_submissions_are_equal_in_a_larger_class_either() -> None:
    assert len(set(CLASS.notebooks.values())) == 20
    assert len(set(CLASS.enlarged(45).notebooks.values())) == 45


def test_a_class_of_five_cells_hands_in_only_those() -> None:
    small = class_of(ATTENTION, 24, FIVE_CELLS)
    cells = small.assignment.notebooks[ATTENTION].cells
    assert [cell.cell_id for cell in cells if cell.cell_type == "code"] == list(FIVE_CELLS)
    assert len(set(small.notebooks.values())) == 24


def test_otter_runs_the_code_of_every_grade_cell_for_its_points(tmp_path: Path) -> None:
    otter_course.write_autograder(tmp_path / "a.zip", NOTEBOOK)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = [name for name in archive.namelist() if name.startswith("tests/")]
        assert names == [f"tests/{cell.grade_id}.py" for cell in GRADED]
        for name, cell in zip(names, GRADED, strict=True):
            text = archive.read(name).decode()
            assert repr(cell.master) in text
            assert f"points={cell.points!r}" in text


def test_otters_submissions_keep_every_cell_but_those_with_tests(tmp_path: Path) -> None:
    files = otter_course.write_submissions(tmp_path, CLASS)
    assert set(files) == set(CLASS.notebooks)
    for student, file in files.items():
        theirs = json.loads(file.read_text())["cells"]
        ours = json.loads(CLASS.notebooks[student])["cells"]
        tests = [cell["metadata"]["otter"]["tests"] for cell in theirs if cell["metadata"]]
        assert tests == [[cell.cell_id] for cell in GRADED]
        graded = {cell.cell_id for cell in GRADED}
        locked = {cell.cell_id for cell in NOTEBOOK.cells if cell.is_restored}
        for mine, other in zip(ours, theirs, strict=True):
            if mine["id"] not in graded | locked:
                assert "".join(other["source"]) == "".join(mine["source"])


def test_growth_is_measured_and_drawn(tmp_path: Path) -> None:
    place = tmp_path / "course"
    place.mkdir()
    found = measure(12, place, Pretended)
    assert found.submissions == 12
    assert len(found.by_tenth) == 10
    assert found.wall > 0 < found.memory
    draw([found, Growth(24, 1.0, 0.1, found.by_tenth, 1, 1, 0.1, 0.0)], tmp_path / "growth.svg")
    assert (tmp_path / "growth.svg").read_text().startswith("<?xml")
