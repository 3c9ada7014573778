"""The formgrader in a browser: from the Autograde button to a score that a person gave."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Page, expect

from autograder.course import Course
from autograder.release import release
from tests.browser.servers import AUTOGRADER, Server, serving
from tests.builders import RIGHT, SQUARE, hand_in, make_course, notebook, released
from tests.gradebooks import with_gradebook

# Answers with a warning, with which stock nbgrader takes all points away.
_WARNS = "import warnings\ndef square(x):\n    warnings.warn('slow')\n    return x * x"
# A picture of one point.
_DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
_CONFIG = """
from autograder.plugins import configure
c = get_config()
c.CourseDirectory.course_id = "test-course"
configure(c)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("formgrader") / "course"
    make_course(root, square=SQUARE)
    (root / "nbgrader_config.py").write_text(_CONFIG)
    course = with_gradebook(Course.open(root))
    release(course, "square")
    answers = RIGHT | {"square": _WARNS, "why": "Because $x^2 \\ge 0$.\n\n![plot](plot.png)"}
    handed_in = hand_in(course, "ada", "square", notebook(released(SQUARE, answers)))
    handed_in.with_name("plot.png").write_bytes(base64.b64decode(_DOT))
    return course


@pytest.fixture(scope="module")
def server(course: Course) -> Iterator[Server]:
    with serving(AUTOGRADER, course.root, course.root.parent) as server:
        yield server


def test_a_submission_is_graded_by_button_then_by_hand(
    page: Page, course: Course, server: Server
) -> None:
    page.goto(server.entrance)
    page.goto(f"{server.url}/formgrader")
    expect(page.locator("#main-table")).to_contain_text("square")
    autograde(page, server)
    expect(page.locator("#main-table")).to_contain_text("3 / 6")

    open_submission(page, server)
    expect(page.get_by_alt_text("plot")).to_have_js_property("naturalWidth", 1)
    expect(page.get_by_label("Score of square-values")).to_have_attribute("placeholder", "2")
    score = page.get_by_label("Score of why")
    score.fill("2.5")
    with page.expect_response(lambda answer: "/api/comment/" in answer.url):
        comment = page.get_by_label("Comment on why")
        comment.fill("说得好 <b>but</b> short")
        comment.blur()
    page.reload()
    expect(score).to_have_value("2.5")
    expect(comment).to_have_value("说得好 <b>but</b> short")
    assert by_hand(course) == (3, 2.5, "说得好 <b>but</b> short", False)

    autograde(page, server)
    expect(page.locator("#main-table")).to_contain_text("5.5 / 6")
    assert by_hand(course)[:3] == (3, 2.5, "说得好 <b>but</b> short")


def autograde(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/formgrader/manage_submissions/square")
    page.locator(".autograde a").click()
    expect(page.locator(".modal-body")).to_contain_text("Ran square: sealed", timeout=120_000)


def open_submission(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/formgrader/gradebook/square/square")
    page.locator("#main-table a.name-hidden").click()
    expect(page.locator("nav")).to_contain_text("Submission #1")


def by_hand(course: Course) -> tuple[float, float | None, str | None, bool]:
    """Automatic points, and score, comment and open question of the written answer."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        grade = gradebook.find_grade("why", "square", "square", "ada")
        comment = gradebook.find_comment("why", "square", "square", "ada")
        points = sum(g.auto_score or 0 for g in grade.notebook.grades)
        return points, grade.manual_score, comment.manual_comment, grade.needs_manual_grade


def test_keys_lead_from_score_to_score(page: Page, server: Server) -> None:
    page.goto(server.entrance)
    open_submission(page, server)
    expect(page.get_by_text("Next")).to_be_focused()  # nbgrader's script is ready
    page.get_by_label("Score of square-values").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Extra credit for square-values")).to_be_focused()
    page.locator(".help").click()
    expect(page.locator(".modal")).to_contain_text("Move to the next score")


@pytest.mark.parametrize(
    "address",
    ["gradebook/square", "manage_students", "manage_students/ada", "manage_students/ada/square"],
)
def test_every_other_page_works_under_its_policy(page: Page, server: Server, address: str) -> None:
    page.goto(server.entrance)
    page.goto(f"{server.url}/formgrader/{address}")
    expect(page.locator("#main-table")).not_to_contain_text("Loading")
    page.locator("body").click()
