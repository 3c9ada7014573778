from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.assignment import AssignmentNotebook, load_assignment
from autograder.course import Course
from autograder.errors import NotebookError
from autograder.grading.restore import RestoredNotebook, restore
from autograder.notebooks import read_notebook
from tests.builders import RIGHT, SQUARE, Cell, make_course, notebook, plain_cell, released


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> AssignmentNotebook:
    course = make_course(tmp_path_factory.mktemp("course"), square=SQUARE)
    return load_assignment(course, "square").notebooks["square"]


def restored(original: AssignmentNotebook, cells: list[Cell]) -> RestoredNotebook:
    return restore(original, read_notebook(notebook(cells), "square.ipynb"))


def ids(result: RestoredNotebook) -> list[str]:
    return [cell.id for cell in result.cells]


def source(result: RestoredNotebook, cell_id: str) -> str:
    return next(cell.source for cell in result.cells if cell.id == cell_id)


def test_hidden_tests_come_back(original: AssignmentNotebook) -> None:
    result = restored(original, released(SQUARE, RIGHT))
    assert "BEGIN HIDDEN TESTS" in source(result, "square-values")
    assert source(result, "square") == RIGHT["square"]
    assert result.repairs == ()


def test_a_changed_test_is_put_right_and_listed(original: AssignmentNotebook) -> None:
    cells = released(SQUARE, RIGHT)
    cells[2]["source"] = "pass"
    cells[0]["source"] = "reference = print"
    result = restored(original, cells)
    assert "assert square(3) == 9" in source(result, "square-values")
    assert "return x * x" in source(result, "helpers")
    assert [repair.grade_id for repair in result.repairs] == ["helpers", "square-values"]


def test_metadata_of_a_submission_is_never_used(original: AssignmentNotebook) -> None:
    cells = released(SQUARE, RIGHT)
    cells[2]["metadata"]["tags"] = ["skip-execution"]
    cells[2]["metadata"]["nbgrader"] |= {"grade": False, "points": 100, "solution": True}
    cells[4]["cell_type"] = "markdown"
    result = restored(original, cells)
    kinds = {cell.id: (cell.cell_type, cell.origin and cell.origin.kind) for cell in result.cells}
    assert kinds["square-values"] == ("code", "grade")
    assert kinds["cube-values"] == ("code", "grade")
    assert "tags" not in result.cells[2].origin.metadata  # type: ignore[union-attr]  # it has one


def test_missing_cells_go_back_behind_their_neighbours(original: AssignmentNotebook) -> None:
    cells = released(SQUARE, RIGHT)
    result = restored(original, [cells[3], cells[5]])
    assert ids(result) == ["helpers", "square", "square-values", "cube", "cube-values", "why"]
    assert source(result, "square").startswith("def square(x):\n    # YOUR CODE HERE")


def test_of_doubled_cells_the_last_counts_and_the_other_still_runs(
    original: AssignmentNotebook,
) -> None:
    cells = released(SQUARE, RIGHT)
    first = cells[1] | {"source": "def square(x): return 0"}
    result = restored(original, [cells[0], first, *cells[1:]])
    own = [cell for cell in result.cells if cell.origin is None]
    assert [cell.source for cell in own] == ["def square(x): return 0"]
    assert source(result, "square") == RIGHT["square"]
    assert len(set(ids(result))) == len(ids(result))
    assert "more than once" in result.repairs[0].what


def test_a_copy_of_a_test_cell_is_only_student_code(original: AssignmentNotebook) -> None:
    cells = released(SQUARE, RIGHT)
    copy = cells[2] | {"source": "import os; os._exit(0)"}
    result = restored(original, [*cells[:2], copy, *cells[2:]])
    assert sum(cell.origin is not None for cell in result.cells) == len(SQUARE)


def test_cells_without_metadata_are_known_by_their_cell_id(original: AssignmentNotebook) -> None:
    cells = released(SQUARE, RIGHT)
    for cell in cells:
        cell["metadata"] = {}
    result = restored(original, cells)
    assert source(result, "square") == RIGHT["square"]
    assert "HIDDEN" in source(result, "square-values")
    assert all(cell.origin for cell in result.cells)
    assert [repair.grade_id for repair in result.repairs] == [cell["id"] for cell in SQUARE]


def test_another_notebook_is_refused_with_a_remedy(original: AssignmentNotebook) -> None:
    with pytest.raises(NotebookError, match="none of its cells belongs to 'square'"):
        restored(original, [plain_cell("x = 1", cell_id="mine")])


GONE = (
    "the assignment has no such cell (an older release may have had it); number 4 is an "
    "ordinary cell"
)
STRIPPED: dict[str, Any] = {"id": "lost", "metadata": {}}


def stripped(cells: list[Cell]) -> list[Cell]:
    """As Colab leaves them: no nbgrader metadata, no ids."""
    return [cell | STRIPPED for cell in cells]


def test_cells_without_any_id_are_known_by_text_and_place(original: AssignmentNotebook) -> None:
    handed_in = stripped(released(SQUARE, RIGHT))
    # What students got in the place of an answer stands there still.
    handed_in[3]["source"] = original.cells[3].release
    result = restored(original, handed_in)
    assert all(cell.origin for cell in result.cells)
    assert ids(result) == [cell["id"] for cell in SQUARE]
    assert source(result, "square") == RIGHT["square"]
    assert source(result, "why") == RIGHT["why"]
    marks = {repair.grade_id: repair.what.rpartition("by ")[2] for repair in result.repairs}
    assert marks == {
        "helpers": "its text",
        "square": "what it defines",
        "square-values": "its text",
        "cube": "its text",
        "cube-values": "its text",
        "why": "its place between the others",
    }


def test_colab_keeps_ids_in_the_metadata(original: AssignmentNotebook) -> None:
    cells = [cell | STRIPPED | {"metadata": {"id": cell["id"]}} for cell in released(SQUARE, RIGHT)]
    for cell in cells:
        del cell["id"]
    result = restored(original, cells)
    assert source(result, "square") == RIGHT["square"]
    assert {repair.what for repair in result.repairs} == {
        "the cell had lost its nbgrader metadata; recognised by its id"
    }


def test_a_cell_of_the_students_is_never_taken_for_a_test(original: AssignmentNotebook) -> None:
    cells = released(SQUARE, RIGHT)
    cells[2] = plain_cell("helper = 1", cell_id="mine")
    result = restored(original, cells)
    assert source(result, "mine") == "helper = 1"
    assert [repair.what for repair in result.repairs] == ["the cell was missing; put back"]


def test_where_two_cells_may_be_the_answer_neither_is_made_it(original: AssignmentNotebook) -> None:
    first, second = (plain_cell(text, cell_id="lost", cell_type="markdown") for text in "ab")
    result = restored(original, [*stripped(released(SQUARE, RIGHT))[:5], first, second])
    assert [cell.source for cell in result.cells if cell.origin is None] == ["a", "b"]
    assert [repair.what for repair in result.repairs if repair.grade_id == "why"] == [
        "the cell was missing; put back"
    ]


def test_cells_of_an_older_release_are_found_or_named(original: AssignmentNotebook) -> None:
    cells = released(SQUARE, RIGHT)
    cells[1]["metadata"]["nbgrader"]["grade_id"] = "squares"
    cells[1]["id"] = "squares"
    old = plain_cell("assert False", cell_id="old", nbgrader={"grade_id": "old", "grade": True})
    result = restored(original, [*cells[:3], old, *cells[3:]])
    assert source(result, "square") == RIGHT["square"]
    assert source(result, "old") == "assert False"
    assert [(repair.grade_id, repair.what) for repair in result.repairs] == [
        ("square", "the cell was called 'squares'; recognised by what it defines"),
        ("old", GONE),
    ]


def test_another_assignment_with_the_same_helpers_is_refused(original: AssignmentNotebook) -> None:
    mine = [plain_cell("x = 1", cell_id="mine")]
    for helpers in (released(SQUARE)[:1], stripped(released(SQUARE)[:1])):
        with pytest.raises(NotebookError, match="none of its cells belongs"):
            restored(original, helpers + mine)


cell_edits = st.lists(
    st.tuples(
        st.sampled_from(["drop", "double", "retype", "move", "rename", "strip", "lose"]),
        st.integers(0, len(SQUARE) - 1),
        st.integers(0, len(SQUARE) - 1),
    ),
    max_size=8,
)


@given(cell_edits)
@settings(max_examples=200)
def test_whatever_is_done_to_the_cells_every_test_runs_once_and_whole(
    original: AssignmentNotebook, edits: list[tuple[str, int, int]]
) -> None:
    cells: list[Any] = released(SQUARE, RIGHT)
    for what, first, second in edits:
        if not cells:
            break
        index, other = first % len(cells), second % len(cells)
        match what:
            case "drop":
                del cells[index]
            case "double":
                cells.insert(other, json.loads(json.dumps(cells[index])))
            case "retype":
                cells[index]["cell_type"] = ["code", "markdown", "raw"][second % 3]
            case "move":
                cells.insert(other, cells.pop(index))
            case "rename":
                cells[index]["metadata"] = json.loads(json.dumps(cells[other]["metadata"]))
            case "strip":
                cells[index]["metadata"] = {}
            case "lose":
                cells[index] |= STRIPPED
    handed_in = [cell["source"] for cell in cells]
    try:
        result = restored(original, cells)
    except NotebookError:
        return
    for cell in original.cells:
        mine = [mate for mate in result.cells if mate.origin is cell]
        assert len(mine) == 1
        if cell.is_restored:
            assert mine[0].source == cell.master
            assert mine[0].cell_type == cell.cell_type
    if any(what == "rename" for what, _, _ in edits):
        return  # What calls itself a test is replaced by it.
    theirs = Counter(mate.source for mate in result.cells if not mate.missing)
    for text in RIGHT.values():
        assert theirs[text] == handed_in.count(text)
    assert len(set(ids(result))) == len(result.cells)


def test_restoring_needs_no_ids_in_the_course(course: Course) -> None:
    """A notebook without any nbgrader cell earns nothing and is not refused."""
    empty = AssignmentNotebook(name="n", cells=(), metadata={})
    assert restored(empty, [plain_cell("1", cell_id="a")]).repairs == ()
