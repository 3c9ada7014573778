"""What a student hands in runs nowhere in the browser of whoever grades it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import BrowserContext, Error, Frame, Page, Route, expect

from autograder.course import Course
from tests.browser.conftest import Watch
from tests.browser.servers import SERVER, Server, serving
from tests.browser.vectors import (
    FILES,
    HOST,
    MARKUP,
    call,
    config_that_writes,
    hostile_notebook,
    linked_script,
    markup,
)
from tests.builders import SQUARE, make_course
from tests.gradebooks import with_gradebook

_STUDENT = f"<img src=x onerror={call('student-id').replace(chr(39), chr(96))}>"
_GUARDED = """
from autograder.plugins import configure
c = get_config()
c.CourseDirectory.course_id = "test-course"
configure(c)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with a submission whose every part is hostile, as if stock nbgrader graded it."""
    course = with_gradebook(
        make_course(tmp_path_factory.mktemp("hostile") / "course", square=SQUARE)
    )
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_assignment("square")
        gradebook.add_notebook("square", "square")
        name = f"<script>{call('student-name')}</script>"
        for student in ("mallory", _STUDENT):
            gradebook.add_student(student, first_name=name, last_name=name)
            gradebook.add_submission("square", student)
            folder = course.step("autograded", student, "square")
            folder.mkdir(parents=True)
            (folder / "square.ipynb").write_bytes(hostile_notebook(worst=student != "mallory"))
            for path, data in FILES.items():
                (folder / path).write_bytes(data)
    return course


@pytest.fixture(scope="module")
def guarded(course: Course) -> Iterator[Server]:
    (course.root / "nbgrader_config.py").write_text(_GUARDED)
    with serving(SERVER, course.root, course.root.parent / "grader", lean=True) as server:
        yield server


@pytest.fixture(scope="module")
def plain(course: Course) -> Iterator[Server]:
    stock = course.root.parent / "stock"
    stock.symlink_to(course.root.name)
    config = stock / "nbgrader_config.py"
    config.write_text("c = get_config()\nc.CourseDirectory.course_id = 'test-course'\n")
    with serving(SERVER, stock, course.root.parent / "plain", lean=True) as server:
        yield server


@pytest.fixture
def fired(context: BrowserContext) -> set[str]:
    """Names of the vectors that ran or reached their host; fills while pages are open."""
    names: set[str] = set()

    def reached(route: Route) -> None:
        names.add(urlsplit(route.request.url).path.strip("/"))
        route.abort()

    context.expose_binding("canary", lambda _, name: names.add(name))
    context.route(f"https://{HOST}/**", reached)
    return names


def submission_of(course: Course, student: str = "mallory") -> str:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        found = gradebook.find_submission_notebook("square", "square", student)
        return str(found.id)


def provoke(page: Page, frames: Sequence[Frame] = ()) -> None:
    """Do what a careless reader does: click whatever a student put there to be clicked."""
    for frame in frames or [page.main_frame]:
        for what in [".cell a", ".canary-link", "#canary-button"]:
            with suppress(Error):  # the page went elsewhere
                frame.evaluate(
                    "what => document.querySelectorAll(what).forEach(found => found.click())", what
                )


def wait_for(page: Page, fired: set[str], names: set[str]) -> None:
    """Give what is expected time to happen."""
    for _ in range(600):
        if fired >= names:
            break
        page.wait_for_timeout(50)
    assert fired >= names


def settle(page: Page) -> None:
    """Let everything happen that is under way."""
    for _ in range(3):
        page.evaluate("new Promise(done => requestIdleCallback(() => setTimeout(done, 100)))")


def visit(page: Page, address: str) -> None:
    with suppress(Error):  # what is to be saved is not shown
        page.goto(address)


def visit_everything(page: Page, course: Course, server: Server, folder: Path) -> None:
    """Look at all that a student has a part in, but for the submission itself."""
    for path in FILES:
        visit(page, f"{server.url}/formgrader/submissions/{submission_of(course)}/{path}")
    visit(page, linked_script(f"{server.url}/formgrader/manage_students/"))
    for address in ["manage_students", "gradebook/square/square", "manage_submissions/square"]:
        visit(page, f"{server.url}/formgrader/{address}")
        expect(page.locator("#main-table")).not_to_contain_text("Loading")
    for collection in ["students", "submissions/square", "submitted_notebooks/square/square"]:
        visit(page, f"{server.url}/formgrader/api/{collection}")
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(config_that_writes(str(folder / "ran")))
    visit(page, f"{server.url}/formgrader?path={folder}")


def test_the_vectors_are_live_where_nothing_holds_them(
    context: BrowserContext, fired: set[str], tmp_path: Path
) -> None:
    frames = "".join(f'<iframe srcdoc="{escape(markup(name))}"></iframe>' for name in MARKUP)
    (tmp_path / "page.html").write_text(f"<!DOCTYPE html>{frames}")
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    provoke(page, page.main_frame.child_frames)
    wait_for(page, fired, set(MARKUP))
    assert fired == set(MARKUP)


def test_stock_nbgrader_runs_what_students_hand_in(
    context: BrowserContext, fired: set[str], course: Course, plain: Server, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(plain.entrance)
    page.goto(f"{plain.url}/formgrader/submissions/{submission_of(course)}/")
    provoke(page)
    expected = {
        *("script", "img-onerror", "svg-onload", "iframe-srcdoc", "style-import", "object-data"),
        *("javascript-link", "markdown-link", "javascript-output", "markdown-output", "grade-id"),
        *("img-beacon", "student-name"),
    }
    wait_for(page, fired, expected)
    visit_everything(context.new_page(), course, plain, tmp_path / "handed-in")
    wait_for(page, fired, {"file.html", "file.svg", "file.xhtml", "reflected"})
    assert (tmp_path / "handed-in" / "ran").exists()


@pytest.mark.parametrize("student", ["mallory", _STUDENT])
def test_nothing_of_a_submission_runs_when_it_is_graded(
    context: BrowserContext, fired: set[str], course: Course, guarded: Server, student: str
) -> None:
    page = context.new_page()
    page.goto(guarded.entrance)
    page.goto(f"{guarded.url}/formgrader/submissions/{submission_of(course, student)}/")
    expect(page.get_by_role("link", name="Next")).to_be_focused()
    provoke(page)
    settle(page)
    assert fired == set()
    # The text is there to be read.
    expect(page.locator("main")).to_contain_text("javascript")
    live = "a, iframe, object, embed, form, script, style, link, meta, base, svg, math, template"
    assert page.locator("main").locator(live).count() == 0
    expect(page.locator("main .cell input:not(.tabbable)")).to_have_count(0)


def test_nothing_runs_on_other_pages_nor_in_files(
    context: BrowserContext, fired: set[str], course: Course, guarded: Server, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(guarded.entrance)
    visit_everything(page, course, guarded, tmp_path / "handed-in")
    settle(page)
    assert fired == set()
    assert not (tmp_path / "handed-in" / "ran").exists()


def test_the_policy_holds_what_a_mistake_would_let_through(
    context: BrowserContext, fired: set[str], watch: Watch, course: Course, guarded: Server
) -> None:
    def let_through(route: Route) -> None:
        answer = route.fetch()
        everything = "".join(f"<div class=cell>{markup(name)}</div>" for name in MARKUP)
        route.fulfill(response=answer, body=answer.text().replace("</main>", everything))

    page = context.new_page()
    page.goto(guarded.entrance)
    address = f"{guarded.url}/formgrader/submissions/{submission_of(course)}/"
    page.route(address, let_through)
    page.goto(address)
    provoke(page)
    settle(page)
    assert fired == set()
    assert any("Content Security Policy" in error for error in watch.errors)


def test_a_file_is_saved_and_not_shown(
    context: BrowserContext, course: Course, guarded: Server
) -> None:
    asked = context.request
    asked.get(guarded.entrance)
    files = f"{guarded.url}/formgrader/submissions/{submission_of(course)}"
    for path in FILES:
        headers = asked.get(f"{files}/{path}").headers
        assert headers["content-disposition"].startswith("attachment;")
        assert headers["content-type"] == "application/octet-stream"
        assert "sandbox" in headers["content-security-policy"]
