"""A student's way through a real JupyterLab, from fetching an assignment to its feedback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import final

import pytest
from nbgrader.apps.api import NbGraderAPI
from playwright.sync_api import Locator, Page, expect

from autograder.check import TestStatus, check
from autograder.course import Course
from autograder.feedback import feedback
from autograder.grading.batch import grade_assignment
from autograder.grading.engines import default_engine
from autograder.release import release
from tests.browser.conftest import Watch
from tests.browser.servers import JUPYTER, Server, serving
from tests.builders import RIGHT, SQUARE, make_course
from tests.gradebooks import with_gradebook

_CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "test-course"
c.Exchange.root = "{exchange}"
c.Exchange.cache = "{cache}"
"""


@final
@dataclass(frozen=True, slots=True)
class Lab:
    """An instructor's course, and the server of a student who has fetched nothing yet."""

    course: Course
    folder: Path
    server: Server

    @property
    def notebook(self) -> Path:
        return self.folder / "square" / "square.ipynb"

    def instructor(self, what: str, *arguments: str) -> None:
        """One of the formgrader's buttons."""
        done = getattr(NbGraderAPI(config=self.course.config), what)(*arguments)
        assert done["success"], done


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    root = tmp_path_factory.mktemp("student")
    (root / "exchange").mkdir(mode=0o777)
    (root / "exchange").chmod(0o777)
    config = _CONFIG.format(exchange=root / "exchange", cache=root / "cache")
    make_course(root / "course", square=SQUARE)
    (root / "course" / "nbgrader_config.py").write_text(config)
    course = with_gradebook(Course.open(root / "course"))
    release(course, "square")
    folder = root / "work"
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(config)
    with serving(JUPYTER, folder, root / "home") as server:
        lab = Lab(course, folder, server)
        lab.instructor("release_assignment", "square")
        yield lab


def open_assignments(page: Page) -> None:
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Assignment List").click()


def cell(page: Page, number: int) -> Locator:
    return page.locator(".jp-Notebook .jp-Cell").nth(number)


def write(page: Page, number: int, text: str) -> None:
    """Replace what stands in a cell, as a person types it."""
    if "jp-MarkdownCell" in (cell(page, number).get_attribute("class") or ""):
        cell(page, number).dblclick()
    cell(page, number).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Escape")


def validate(page: Page) -> set[str]:
    """Press the button: the sources of the cells of which it says that they fail."""
    with page.expect_response(
        lambda answer: "/assignments/validate" in answer.url, timeout=120_000
    ) as answer:
        page.get_by_role("button", name="Validate").click()
    failed = answer.value.json()["value"].get("failed", [])
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("The following cell failed" if failed else "Success!")
    dialog.get_by_role("button", name="OK").click()
    return {cell["source"] for cell in failed}


def checked(notebook: Path) -> tuple[bool, set[str]]:
    """What `autograder check` says: whether all is well, and the sources of what is not."""
    report = check(notebook)
    failed = {test.name for test in report.tests if test.status is not TestStatus.PASSED}
    failed |= {"why"} if report.unanswered else set()
    cells = json.loads(notebook.read_bytes())["cells"]
    sources = {cell["metadata"]["nbgrader"]["grade_id"]: cell["source"] for cell in cells}
    return report.passed, {"".join(sources[name]).strip() for name in failed}


@pytest.mark.filterwarnings(
    # nbgrader's release of feedback leaves a file open, and misspells an argument.
    "ignore:unclosed file:ResourceWarning",
    "ignore:Passing unrecognized arguments:DeprecationWarning",
)
def test_from_fetching_an_assignment_to_reading_the_feedback(
    page: Page, watch: Watch, lab: Lab
) -> None:
    page.goto(lab.server.entrance)
    page.goto(f"{lab.server.url}/lab")
    open_assignments(page)
    page.locator("#released_assignments_list").get_by_role("button", name="Fetch").click()
    fetched = page.locator("#fetched_assignments_list")
    fetched.locator(".assignment-notebooks-link").click()
    fetched.locator(".nested_list_item a").click()
    expect(cell(page, 5)).to_be_visible()

    untouched = validate(page)
    assert len(untouched) == 3
    assert checked(lab.notebook) == (False, untouched)
    write(page, 1, RIGHT["square"])
    write(page, 3, "def cube(x):\n    return x * x")
    write(page, 5, "Because.")
    half_solved = validate(page)
    assert len(half_solved) == 1
    assert checked(lab.notebook) == (False, half_solved)
    write(page, 3, RIGHT["cube"])
    assert validate(page) == set()
    assert checked(lab.notebook) == (True, set())

    page.get_by_role("tab", name="Assignments").click()
    fetched.get_by_role("button", name="Submit").click()
    submitted = page.locator("#submitted_assignments_list")
    expect(submitted).to_contain_text("square")
    lab.instructor("collect", "square")
    grade_assignment(lab.course, "square", engine=default_engine(), workers=1)
    feedback(lab.course, "square")
    lab.instructor("release_feedback", "square")

    submitted.get_by_role("button", name="Fetch Feedback").click()
    submitted.get_by_text("(view feedback)").click()
    page.get_by_role("listitem", name="square.html").dblclick()
    told = page.frame_locator(".jp-HTMLViewer iframe").locator("body")
    expect(told).to_contain_text("3 of 6 points")
    expect(told).to_contain_text("1 answer is still to be graded by a person.")
    # JupyterLab would give the page a white background; the page lets nobody add to its style.
    watch.errors = [error for error in watch.errors if "Applying inline style" not in error]
