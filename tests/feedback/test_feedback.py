from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.feedback import feedback
from autograder.grading.batch import grade_assignment
from autograder.grading.record import record_path
from autograder.sealed.model import CellResult, CellStatus, Failure, Limits, Program
from tests.builders import (
    RIGHT,
    SQUARE,
    Cell,
    hand_in,
    make_course,
    nbgrader_cell,
    notebook,
    plain_cell,
    released,
)
from tests.gradebooks import with_gradebook

TITLE = plain_cell("## Exercise 1: *Squares*", cell_id="title", cell_type="markdown")
TASK = nbgrader_cell(
    "task",
    "Describe it.\n### BEGIN MARK SCHEME\n2 points for mentioning parity\n### END MARK SCHEME",
    cell_type="markdown",
    task=True,
    locked=True,
    points=2,
)
NOTES = plain_cell("print('notes')", cell_id="notes")
CELLS = [TITLE, *SQUARE, NOTES, TASK]
SECRETS = (
    "for x in (-2, 0, 1.5)",
    "reference(x)",
    "HIDDEN TESTS",
    "MARK SCHEME",
    "parity",
    "return x ** 3",
)

Results = Mapping[str, Mapping[str, Any]]


class ScriptedEngine:
    """Gives the results it was told to give by a cell's id or source; all other cells go well."""

    name = "scripted"

    def __init__(self, results: Results) -> None:
        self.results = results

    def __enter__(self) -> ScriptedEngine:
        return self

    def __exit__(self, *args: object) -> None:
        return

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        return tuple(
            CellResult(
                cell.id,
                **{
                    "status": CellStatus.OK,
                    **self.results.get(cell.id, self.results.get(cell.source, {})),
                },
            )
            for cell in program.cells
        )


def failure(ename: str, evalue: str) -> dict[str, Any]:
    trace = ["-----", "for x in (-2, 0, 1.5):", f"{ename}: {evalue}"]
    return {
        "status": CellStatus.ERROR,
        "failure": Failure(ename, evalue, tuple(trace)),
        "outputs": (
            {"output_type": "stream", "name": "stdout", "text": "secret input 1.5"},
            {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": trace},
        ),
    }


def stream(text: str) -> dict[str, Any]:
    return {"outputs": ({"output_type": "stream", "name": "stdout", "text": text},)}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return with_gradebook(make_course(tmp_path / "course", square=CELLS))


def graded(
    course: Course,
    answers: dict[str, str] | None = None,
    results: Results | None = None,
    cells: list[Cell] | None = None,
) -> None:
    hand_in(course, "ada", "square", notebook(cells or released(CELLS, answers or RIGHT)))
    grade_assignment(course, "square", engine=lambda: ScriptedEngine(results or {}))


def page(course: Course, student: str = "ada") -> str:
    report = feedback(course, "square", [student])
    assert report.skipped == {}
    (path,) = report.pages[student]
    assert path == course.root / "feedback" / student / "square" / "square.html"
    return path.read_text()


def table(html: str) -> dict[str, tuple[str, str, str]]:
    """Verdict, message and points by the title of the line."""
    soup = BeautifulSoup(html, "html.parser")
    lines = {}
    for line in soup.select("table.results tr[class]"):
        cells = [cell.get_text(" ", strip=True) for cell in line.find_all(["th", "td"])]
        if "exercise" in line["class"]:
            lines[cells[0]] = ("", "", cells[1])
            continue
        verdict, message = line.select_one(".verdict"), line.select_one(".message")
        assert verdict is not None
        lines[cells[0]] = (verdict.get_text(), message.get_text() if message else "", cells[2])
    return lines


def test_the_table_says_what_failed_in_words(course: Course) -> None:
    graded(
        course,
        results={
            "square-values": failure("AssertionError", "some squares are wrong"),
            "cube-values": {"status": CellStatus.TIMEOUT},
        },
    )
    html = page(course)
    assert table(html) == {
        "Exercise 1: Squares": ("", "", "0 of 8"),
        "Square values": ("Not passed", "some squares are wrong", "0 of 2"),
        "Cube values": (
            "Out of time",
            "The time for this test ran out before it was done.",
            "0 of 1",
        ),
        "Why": ("Still to be graded", "", "– of 3"),
        "Task": ("Still to be graded", "", "– of 2"),
    }
    assert "2 answers are still to be graded by a person." in html


def test_a_test_is_called_by_its_first_comment(tmp_path: Path) -> None:
    cells = [
        nbgrader_cell(
            "t", "# Squares: small numbers\nassert 1 + f()", grade=True, locked=True, points=1
        )
    ]
    course = with_gradebook(make_course(tmp_path / "course", square=cells))
    graded(course, cells=released(cells))
    assert table(page(course)) == {
        "Results": ("", "", "1 of 1"),
        "Squares: small numbers": ("Passed", "", "1 of 1"),
    }


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("### What your *masks* do\n\nLook.", "What your masks do"),
        (
            "_Now_ [the](https://example.org) `d_model` of $\\sum_j s_j$",
            "Now the d_model of $\\sum_j s_j$",
        ),
    ],
)
def test_closed_text_is_called_by_its_first_line(tmp_path: Path, text: str, title: str) -> None:
    cells = [plain_cell(text, cell_id="text", cell_type="markdown"), *CELLS]
    course = with_gradebook(make_course(tmp_path / "course", square=cells))
    graded(course, cells=released(cells, RIGHT))
    assert f"<summary>{title}</summary>" in page(course)


def test_hidden_tests_solutions_and_mark_schemes_do_not_show(course: Course) -> None:
    graded(course, results={"square-values": failure("AssertionError", "wrong")})
    html = page(course)
    assert (
        "2 points for mentioning"
        in (course.step("autograded", "ada", "square") / "square.ipynb").read_text()
    )
    for secret in (*SECRETS, "secret input"):
        assert secret not in html
    assert "assert</span> <span" in html
    assert "Describe it." in html


def test_outputs_that_repeat_a_hidden_test_are_withheld(course: Course) -> None:
    leak = "\x1b[32mfor\x1b[0m x in (-2, 0, 1.5):"
    graded(course, results={NOTES["source"]: stream(leak), "square": stream("fine")})
    html = page(course)
    assert "for x in (-2, 0, 1.5)" not in html
    assert "This output shows part of a hidden test" in html
    assert '<pre class="stdout">fine</pre>' in html


def test_what_ran_after_hidden_tests_is_left_out(course: Course) -> None:
    exposed = {"exposed": True}
    results = {
        NOTES["source"]: stream("kept 83125") | exposed,
        "square-values": failure("ValueError", "called with 83125") | exposed,
        "cube-values": failure("AssertionError", "83125 is not 8") | exposed,
    }
    graded(course, results=results)
    html = page(course)
    assert "83125" not in html
    assert "What this cell showed is left out" in html
    autograded = course.root / "autograded" / "ada" / "square" / "square.ipynb"
    assert "kept 83125" in autograded.read_text()
    assert '"detail": "ValueError: called with 83125"' in record_path(course, "square").read_text()
    record_path(course, "square").unlink()
    assert "83125" not in page(course)


def test_own_code_outputs_and_answers_show(course: Course) -> None:
    answers = RIGHT | {"why": "Because <b>I</b> say so 因为."}
    graded(course, answers, results={NOTES["source"]: stream("my notes")})
    soup = BeautifulSoup(page(course), "html.parser")
    answer = soup.select_one("#cell-square pre.code")
    assert answer is not None
    assert answer.get_text() == "def square(x):\n    return x * x\n"
    assert "my notes" in soup.get_text()
    assert "Because I say so 因为." in soup.get_text()


def test_scores_and_comments_of_a_person_count(course: Course) -> None:
    graded(course, results={"square-values": failure("AssertionError", "wrong")})
    with Gradebook(course.db_url, course.course_id) as gradebook:
        why = gradebook.find_grade("why", "square", "square", "ada")
        why.manual_score, why.extra_credit, why.needs_manual_grade = 2.5, 0.5, False
        comment = gradebook.find_comment("why", "square", "square", "ada")
        comment.manual_comment = "Well <argued>."
        test = gradebook.find_grade("square-values", "square", "square", "ada")
        test.manual_score = 1
        gradebook.find_submission_notebook("square", "square", "ada").late_submission_penalty = 1
        gradebook.db.commit()
    html = page(course)
    assert table(html)["Why"] == ("Graded by a person", "Extra credit: 0.5", "3 of 3")
    assert table(html)["Square values"] == ("Graded by a person", "wrong", "1 of 2")
    assert "Well &lt;argued&gt;." in html
    assert "<strong>4</strong> of 8 points" in html
    assert "1 points were taken off because it was handed in late" in html


def test_an_answer_left_as_it_was_is_called_so(course: Course) -> None:
    graded(course, RIGHT | {"why": "YOUR ANSWER HERE"})
    html = page(course)
    assert table(html)["Why"] == ("No answer", "", "0 of 3")
    assert "No response." in html


def test_an_exercise_that_was_not_begun_is_called_so(course: Course) -> None:
    graded(course, results={"cube-values": failure("NotImplementedError", "")})
    assert table(page(course))["Cube values"] == ("Not solved yet", "", "0 of 1")


def test_repairs_are_told(course: Course) -> None:
    cells = [cell for cell in released(CELLS, RIGHT) if cell["id"] != "cube-values"]
    graded(course, cells=cells)
    assert "<li>cube-values: the cell was missing; put back</li>" in page(course)


def test_a_submission_that_cannot_be_graded_gets_the_reason(course: Course) -> None:
    hand_in(course, "bob", "square", b"{not <json>")
    graded(course)
    html = page(course, "bob")
    assert "Your submission could not be graded." in html
    assert "it is not JSON" in html
    assert "<table" not in html
    assert str(course.root) not in html


def test_a_bad_second_submission_shows_the_reason_and_the_earlier_feedback(course: Course) -> None:
    graded(course)
    hand_in(course, "ada", "square", b"")
    grade_assignment(course, "square", engine=lambda: ScriptedEngine({}))
    html = page(course)
    assert "could not be graded" in html
    assert "Below is the feedback on what you handed in before." in html
    assert table(html)["Cube values"] == ("Passed", "", "1 of 1")


def test_without_a_record_the_messages_come_from_the_notebook(course: Course) -> None:
    graded(course, results={"cube-values": failure("ValueError", "no cube")})
    record_path(course, "square").unlink()
    lines = table(page(course))
    assert lines["Cube values"] == ("Stopped with an error", "ValueError: no cube", "0 of 1")
    assert lines["Square values"] == ("Passed", "", "2 of 2")


def test_a_record_that_the_gradebook_contradicts_is_not_believed(course: Course) -> None:
    graded(course, results={"cube-values": failure("ValueError", "no cube")})
    path = record_path(course, "square")
    path.write_text(
        path.read_text()
        .replace("no cube", "stale")
        .replace('"points": 0.0, "max_points": 1.0', '"points": 1.0, "max_points": 1.0')
    )
    assert table(page(course))["Cube values"][1] == "ValueError: no cube"


def test_a_damaged_record_is_said(course: Course) -> None:
    graded(course)
    record_path(course, "square").write_text("{")
    with pytest.raises(OperatorError, match="is damaged"):
        feedback(course, "square")


def test_the_page_runs_nothing_and_needs_nothing(course: Course) -> None:
    attack = (
        "<script src=https://evil.example/x.js></script><img src=https://evil.example/x.png>"
        "<a href='javascript:alert(1)' id='results' style='position:fixed' class='good'>x</a>"
    )
    bundle = {"text/html": attack, "application/javascript": "alert(1)", "text/plain": "x"}
    graded(
        course,
        RIGHT | {"why": attack, "square": f"# {attack}"},
        results={
            NOTES["source"]: {"outputs": ({"output_type": "display_data", "data": bundle},)},
            "square-values": failure("AssertionError", attack),
        },
    )
    html = page(course)
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find_all(["script", "iframe", "object", "link", "base", "form", "svg"]) == []
    assert len(soup.find_all("style")) == 1
    for element in soup.find_all():
        for name, value in element.attrs.items():
            assert not name.startswith("on")
            assert name != "style"
            if name in {"href", "src"}:
                assert str(value).startswith(("#", "data:image/", "square.html"))
    policies = [
        meta["content"]
        for meta in soup.find_all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert re.fullmatch(
        r"default-src 'none'; img-src data:; style-src 'sha256-[\w+/=]+'; base-uri 'none'; "
        r"form-action 'none'",
        str(policies[0]),
    )


def test_two_notebooks_link_to_each_other(tmp_path: Path) -> None:
    course = with_gradebook(make_course(tmp_path / "course", square=SQUARE))
    second = course.source("square") / "more.ipynb"
    second.write_bytes(
        notebook([nbgrader_cell("g", "assert f()", grade=True, locked=True, points=4)])
    )
    folder = hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT))).parent
    (folder / "more.ipynb").write_bytes(second.read_bytes())
    (folder / "timestamp.txt").write_text("2024-01-01 10:00:00 UTC")
    (folder / "submission_secret.txt").write_text("names the page in the exchange")
    grade_assignment(course, "square", engine=lambda: ScriptedEngine({}))
    report = feedback(course, "square")
    names = [path.name for path in report.pages["ada"]]
    assert names == ["more.html", "square.html"]
    assert '<a href="square.html">square</a>' in report.pages["ada"][0].read_text()
    written = {path.name for path in report.pages["ada"][0].parent.iterdir()}
    assert written == {"more.html", "square.html", "timestamp.txt", "submission_secret.txt"}


def test_old_pages_go(course: Course) -> None:
    graded(course)
    folder = course.step("feedback", "ada", "square")
    folder.mkdir(parents=True)
    (folder / "old.html").write_text("old")
    page(course)
    assert [path.name for path in folder.iterdir()] == ["square.html"]


def test_one_unreadable_notebook_does_not_stop_the_others(course: Course) -> None:
    hand_in(course, "bob", "square", notebook(released(CELLS, RIGHT)))
    graded(course)
    (course.step("autograded", "bob", "square") / "square.ipynb").write_text("{")
    hand_in(course, "cy", "square", b"not graded yet")
    report = feedback(course, "square")
    assert list(report.pages) == ["ada"]
    assert "it cannot be read" in report.skipped["bob"]
    assert "it is not graded yet" in report.skipped["cy"]


def test_odd_cells_of_an_autograded_notebook_are_shown_somehow(course: Course) -> None:
    graded(course)
    path = course.step("autograded", "ada", "square") / "square.ipynb"
    document = json.loads(path.read_text())
    document["cells"] += [
        7,
        {},
        {"cell_type": "code", "source": 1, "outputs": 3, "metadata": []},
        {"cell_type": "code", "source": "x = '</pre>'", "outputs": [1, {}] * 200},
        {"cell_type": "markdown", "source": ["a ", "b"], "attachments": {"x": 1, "y": {}}},
        {"cell_type": "raw", "source": "<script>"},
    ]
    path.write_text(json.dumps(document))
    html = page(course)
    assert "[300 more outputs are left out]" in html
    assert "&lt;script&gt;" in html


def test_what_cannot_be_done_is_said(course: Course) -> None:
    with pytest.raises(OperatorError, match="there is no assignment 'cube'"):
        feedback(course, "cube")
    with pytest.raises(OperatorError, match="nothing is graded for 'square' yet"):
        feedback(course, "square")
    graded(course)
    with pytest.raises(OperatorError, match="nothing was handed in for 'square' by bob"):
        feedback(course, "square", ["bob"])


def test_progress_hears_of_every_student(course: Course) -> None:
    heard: list[object] = []

    class Ear:
        def started(self, total: int) -> None:
            heard.append(total)

        def written(self, student: str) -> None:
            heard.append(student)

    hand_in(course, "bob", "square", b"")
    graded(course)
    feedback(course, "square", progress=Ear())
    assert heard == [2, "ada", "bob"]
