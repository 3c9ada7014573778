from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.formatting import format_notebook
from autograder.release import Severity, SourceError, check_release, release
from autograder.release.falsifiable import test_fault as fault_of
from tests.builders import (
    SQUARE,
    Cell,
    locked,
    make_course,
    nbgrader_cell,
    notebook,
    plain_cell,
    solution,
    written,
)
from tests.builders import grade_cell as graded
from tests.stock import gradebook_state, nbgrader_command

TASK = nbgrader_cell(
    "task",
    "Describe it.\n### BEGIN MARK SCHEME\n2 points for everything\n### END MARK SCHEME",
    cell_type="markdown",
    task=True,
    locked=True,
    points=2,
)
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
PICTURE = plain_cell("![it](attachment:it.png)", cell_id="picture", cell_type="markdown") | {
    "attachments": {"it.png": {"image/png": PIXEL}}
}
EVERYTHING = [
    plain_cell("# Squares", cell_id="title", cell_type="markdown"),
    PICTURE,
    *SQUARE,
    TASK,
]


def course_of(root: Path, cells: list[Cell], **files: bytes) -> Course:
    course = make_course(root / "course", square=cells)
    path = course.source("square") / "square.ipynb"
    path.write_bytes(format_notebook(path.read_bytes()))
    for name, data in files.items():
        (course.source("square") / name.replace("__", ".")).write_bytes(data)
    return course


def problems(root: Path, cells: list[Cell], **files: bytes) -> list[str]:
    with pytest.raises(SourceError) as caught:
        release(course_of(root, cells, **files), "square")
    assert not (root / "course" / "release").exists()
    assert not (root / "course" / "gradebook.db").exists()
    return str(caught.value).splitlines()


def test_released_is_what_stock_nbgrader_releases(tmp_path: Path) -> None:
    course = course_of(tmp_path / "ours", EVERYTHING, data__csv=b"1,2\n")
    (course.source("square") / "sub").mkdir()
    (course.source("square") / "sub" / "old.ipynb").write_bytes(notebook(SQUARE))
    (course.source("square") / "sub" / "more.txt").write_text("more")
    release(course, "square")
    other = course_of(tmp_path / "stock", EVERYTHING, data__csv=b"1,2\n")
    (other.source("square") / "sub").mkdir()
    (other.source("square") / "sub" / "old.ipynb").write_bytes(notebook(SQUARE))
    (other.source("square") / "sub" / "more.txt").write_text("more")
    nbgrader_command(other.root, "generate_assignment", "square")
    ours, stock = course.release("square"), other.release("square")
    names = sorted(path.relative_to(ours).as_posix() for path in ours.rglob("*") if path.is_file())
    assert names == ["data.csv", "square.ipynb", "sub/more.txt"]
    assert names == sorted(
        path.relative_to(stock).as_posix() for path in stock.rglob("*") if path.is_file()
    )
    released = json.loads((ours / "square.ipynb").read_text())
    expected = json.loads((stock / "square.ipynb").read_text())
    assert "square-values" in released["metadata"].pop("autograder")["cells"]
    assert released == expected
    state, stock_state = gradebook_state(course.root), gradebook_state(other.root)
    assert state["sources"]
    assert state == stock_state


def test_releasing_twice_changes_nothing(tmp_path: Path) -> None:
    course = course_of(tmp_path, EVERYTHING, data__csv=b"1")
    first = release(course, "square", register=False)
    assert first.changed == ("data.csv", "square.ipynb")
    assert (first.max_score, first.warnings) == (8.0, ())
    stamps = {path: path.stat().st_mtime_ns for path in first.folder.iterdir()}
    assert release(course, "square", register=False).changed == ()
    assert stamps == {path: path.stat().st_mtime_ns for path in first.folder.iterdir()}
    assert check_release(course, "square") == []


def test_the_gradebook_knows_the_released_assignment(tmp_path: Path) -> None:
    course = course_of(tmp_path, SQUARE)
    release(course, "square")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        assert gradebook.find_assignment("square").max_score == 6


def test_release_need_not_register(tmp_path: Path) -> None:
    course = course_of(tmp_path, SQUARE)
    release(course, "square", register=False)
    assert not (course.root / "gradebook.db").exists()


def test_check_says_what_is_out_of_step(tmp_path: Path) -> None:
    course = course_of(tmp_path, SQUARE, data__csv=b"1")
    folder = course.release("square")
    assert [line.split(". Run")[0] for line in check_release(course, "square")] == [
        f"{folder}/data.csv: it is missing",
        f"{folder}/square.ipynb: it is missing",
    ]
    release(course, "square", register=False)
    (folder / "data.csv").write_bytes(b"2")
    (folder / "old.csv").write_bytes(b"")
    assert [line.split(". Run")[0] for line in check_release(course, "square")] == [
        f"{folder}/data.csv: it differs from what source/ gives",
        f"{folder}/old.csv: there is no such file in source/",
    ]
    assert release(course, "square", register=False).changed == ("data.csv", "old.csv")


def test_there_must_be_such_an_assignment(tmp_path: Path) -> None:
    course = course_of(tmp_path, SQUARE)
    with pytest.raises(OperatorError, match="there is no assignment 'cube'"):
        release(course, "cube")
    with pytest.raises(OperatorError, match="there is no assignment 'cube'"):
        check_release(course, "cube")


def test_untidy_source_is_released_with_a_warning(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course", square=SQUARE)
    (warning,) = release(course, "square", register=False).warnings
    assert warning.severity is Severity.WARNING
    assert str(warning) == (
        "source/square/square.ipynb: it is not formatted, so a diff of it is hard to read. "
        "Run `python -m autograder.formatting source/square/square.ipynb`"
    )


def test_every_problem_is_named_with_file_cell_and_remedy(tmp_path: Path) -> None:
    cells = [locked("twice", "1"), solution("twice", "### BEGIN SOLUTION\n1")]
    path = "source/square/square.ipynb"
    unended, taken = problems(tmp_path, cells)
    assert unended == (
        f"{path}, cell 2 (twice): line 1 has 'BEGIN SOLUTION' without 'END SOLUTION' after it. "
        "Write both lines, one pair after the other"
    )
    assert taken == (
        f"{path}, cell 2 (twice): the grade id 'twice' is taken ({path}, cell 1 (twice)). "
        "Give one of the two cells another id"
    )


SOURCE_FAULTS = {
    "an end without a beginning": (
        graded("t", "assert f()\n### END HIDDEN TESTS", 1),
        "line 2 has 'END HIDDEN TESTS' without 'BEGIN HIDDEN TESTS' before it",
    ),
    "a region in a region": (
        graded("t", "### BEGIN HIDDEN TESTS\n### BEGIN HIDDEN TESTS\nassert f()", 1),
        "line 2 has 'BEGIN HIDDEN TESTS' inside the one of line 1",
    ),
    "a misspelt marker": (
        graded("t", "assert f()\n### BEGIN HIDDEN-TESTS\nassert g()", 1),
        "line 2 looks like a marker but is none: '### BEGIN HIDDEN-TESTS'",
    ),
    "hidden tests in a read-only cell": (
        locked("t", "### BEGIN HIDDEN TESTS\n1\n### END HIDDEN TESTS"),
        "it has hidden tests but is no test cell",
    ),
    "hidden tests in an answer": (
        solution("t", "### BEGIN HIDDEN TESTS\n1\n### END HIDDEN TESTS"),
        "it has hidden tests but is no test cell",
    ),
    "a solution in a plain cell": (
        plain_cell("### BEGIN SOLUTION\n1\n### END SOLUTION", cell_id="p"),
        "it has a solution but is no answer cell",
    ),
    "a mark scheme in a plain cell": (
        plain_cell("### BEGIN MARK SCHEME\n1\n### END MARK SCHEME", cell_id="p"),
        "it has a mark scheme but is not graded by hand",
    ),
    "no points": (nbgrader_cell("t", "assert f()", grade=True, locked=True), "it has no points"),
    "negative points": (graded("t", "assert f()", -1), "nbgrader metadata points: -1 is less"),
    "a grade id with a blank": (locked("a b", "1"), "nbgrader metadata grade_id: 'a b' does not"),
    "no grade id": (locked("", "1"), "it has no grade id"),
    "old metadata": (
        plain_cell("1", cell_id="p", nbgrader={"schema_version": 1, "grade": True}),
        "its nbgrader metadata has version 1",
    ),
    "a text cell with tests": (
        nbgrader_cell("t", "?", cell_type="markdown", grade=True, locked=True, points=1),
        "a graded Markdown cell must be a manually graded answer",
    ),
    "a code cell as a task": (
        nbgrader_cell("t", "1", task=True, locked=True, points=1),
        "a task must be a Markdown cell",
    ),
    "a test that checks nothing": (
        graded("t", "x = 1\nprint(x)", 1),
        "it checks nothing, so it gives its points to everybody",
    ),
}


@pytest.mark.parametrize("name", SOURCE_FAULTS)
def test_a_faulty_source_is_refused(tmp_path: Path, name: str) -> None:
    cell, message = SOURCE_FAULTS[name]
    found = problems(tmp_path, [cell, *SQUARE])
    assert any(message in line and "cell 1" in line for line in found), found


@pytest.mark.parametrize(
    ("kernelspec", "message"),
    [
        (None, None),
        ({"name": "ir", "language": "R", "display_name": "R"}, "its kernel 'ir' is not Python"),
    ],
)
def test_the_kernel_must_be_python(
    tmp_path: Path, kernelspec: dict[str, str] | None, message: str | None
) -> None:
    course = make_course(tmp_path / "course", square=SQUARE)
    metadata = {"kernelspec": kernelspec} if kernelspec else {}
    path = course.source("square") / "square.ipynb"
    path.write_bytes(notebook(SQUARE, metadata=metadata))
    with pytest.raises(SourceError, match=message or "it names no kernel"):
        release(course, "square")


def test_a_solution_that_stands_elsewhere_is_a_leak(tmp_path: Path) -> None:
    body = "    total = 0\n    for item in items:\n        total += item\n    return total"
    answer = solution(
        "add", f"def add(items):\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
    )
    copy = plain_cell(f"def hint(items):\n{body}", cell_id="hint")
    (line,) = problems(tmp_path, [answer, copy, graded("t", "assert add([1]) == 1", 1)])
    assert line.startswith("square/square.ipynb, cell 2 (hint): students would get text of")


def test_a_copy_of_the_source_among_the_files_is_a_leak(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, SQUARE, backup__py=SQUARE[1]["source"].encode())
    assert line == (
        "square/backup.py: students would get a line with 'BEGIN SOLUTION' or 'END SOLUTION'. "
        "Remove it, or the file if it is a copy that students should not have"
    )


def test_lines_that_anybody_writes_are_no_leak(tmp_path: Path) -> None:
    twin = locked("twin", "def other(x):\n    return x * x")
    release(course_of(tmp_path, [twin, *SQUARE]), "square", register=False)


def test_an_answer_may_be_a_stub_already(tmp_path: Path) -> None:
    stub = solution("stub", "# YOUR CODE HERE\nraise NotImplementedError()")
    release(
        course_of(tmp_path / "a", [stub, written("w", "YOUR ANSWER HERE", 1)]),
        "square",
        register=False,
    )


@pytest.mark.parametrize(
    "source",
    [
        "assert square(2) == 4",
        "%matplotlib inline\nassert square(2) == 4",
        "np.testing.assert_allclose(square(2), 4)",
        "check_square(square)",
        "if square(2) != 4:\n    raise ValueError",
        "def test_square():\n    assert square(2) == 4\ntest_square()",
        "def test_square():\n    assert square(2) == 4",
        "points = 2\npoints",
        "2 if square(2) == 4 else 0",
        "assert False, 'not yet'",
    ],
)
def test_these_cells_can_fail(source: str) -> None:
    assert fault_of(source) is None


@pytest.mark.parametrize(
    "source",
    [
        "",
        "# nothing",
        "x = 1",
        "print('fine')",
        "assert True",
        "assert 'a message'",
        "def helper():\n    assert square(2) == 4",
        "assert (square(2) == 4, 'wrong')",
        "assert square(2) = 4",
        "1",
    ],
)
def test_these_cells_cannot_fail(source: str) -> None:
    assert fault_of(source)
