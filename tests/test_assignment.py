from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment import AssignmentCell, CellKind, load_assignment, read_files
from autograder.course import Course
from autograder.errors import NotebookError, OperatorError
from tests.builders import SQUARE, bottomless, make_course, nbgrader_cell, notebook


def cells(course: Course) -> dict[str, AssignmentCell]:
    loaded = load_assignment(course, "square")
    return {cell.cell_id: cell for cell in loaded.notebooks["square"].cells}


def test_every_cell_has_its_three_forms(course: Course) -> None:
    test, answer = cells(course)["square-values"], cells(course)["square"]
    assert "HIDDEN" in test.reference
    assert "HIDDEN" in test.master
    assert "HIDDEN" not in test.release
    assert "reference(x)" not in test.release
    assert "x * x" in answer.reference
    assert "x * x" not in answer.master
    assert "raise NotImplementedError()" in answer.release
    assert "MARK SCHEME" not in cells(course)["why"].release


def test_kinds_and_points(course: Course) -> None:
    found = {name: (cell.kind, cell.points) for name, cell in cells(course).items()}
    assert found == {
        "helpers": (CellKind.LOCKED, 0),
        "square": (CellKind.SOLUTION, 0),
        "square-values": (CellKind.GRADE, 2),
        "cube": (CellKind.SOLUTION, 0),
        "cube-values": (CellKind.GRADE, 1),
        "why": (CellKind.MANUAL, 3),
    }
    assert load_assignment(course, "square").max_score == 6


def test_the_digest_follows_everything_a_verdict_depends_on(course: Course) -> None:
    before = load_assignment(course, "square").digest
    assert load_assignment(course, "square").digest == before
    data = course.source("square") / "data.csv"
    data.write_text("1")
    with_data = load_assignment(course, "square").digest
    path = course.source("square") / "square.ipynb"
    path.write_text(path.read_text().replace("(-2, 0, 1.5)", "(-2, 0, 2.5)"))
    assert len({before, with_data, load_assignment(course, "square").digest}) == 3


def test_header_and_footer_are_part_of_the_notebook(tmp_path: Path) -> None:
    course = make_course(tmp_path, square=SQUARE)
    with (tmp_path / "nbgrader_config.py").open("a") as config:
        config.write("c.IncludeHeaderFooter.header = 'source/header.ipynb'\n")
    (tmp_path / "source/header.ipynb").write_bytes(
        notebook([{"cell_type": "markdown", "id": "top", "metadata": {}, "source": "Name:"}])
    )
    loaded = load_assignment(Course.open(course.root), "square")
    assert loaded.notebooks["square"].cells[0].release == "Name:"


def test_a_doubled_grade_id_names_notebook_and_step(tmp_path: Path) -> None:
    course = make_course(tmp_path, square=[*SQUARE, SQUARE[2]])
    with pytest.raises(NotebookError, match=r"square/square\.ipynb.*square-values"):
        load_assignment(course, "square")


def test_unbalanced_markers_are_refused(tmp_path: Path) -> None:
    cell = nbgrader_cell("x", "### BEGIN SOLUTION\n1", solution=True)
    course = make_course(tmp_path, square=[cell])
    with pytest.raises(NotebookError, match="ClearSolutions"):
        load_assignment(course, "square")


def test_no_notebook_is_an_operator_error(course: Course) -> None:
    (course.root / "source" / "empty").mkdir()
    with pytest.raises(OperatorError, match="no notebook"):
        load_assignment(course, "empty")


def test_a_source_that_is_no_notebook_says_which(course: Course) -> None:
    (course.source("square") / "other.ipynb").write_text("{")
    with pytest.raises(NotebookError, match=r"other\.ipynb: it cannot be read"):
        load_assignment(course, "square")


def test_files_that_could_not_be_written_elsewhere_are_refused(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["d" * 200] * 6)
    folder.mkdir(parents=True)
    (folder / "file").write_text("x")
    with pytest.raises(OperatorError, match="names of more than"):
        read_files(tmp_path, ignore=[], max_bytes=10)


def test_folders_without_end_are_refused(tmp_path: Path) -> None:
    with (
        bottomless(tmp_path / "folder") as folder,
        pytest.raises(OperatorError, match="folders more than"),
    ):
        read_files(folder, ignore=[], max_bytes=10)
