"""Takes the pictures that the documentation shows: `make screenshots`.

The class is that of `autograder demo`; the report's is a made-up one of 2,000 students.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook
from playwright.sync_api import Browser, Page, expect, sync_playwright
from traitlets.config import Config

from autograder.course import Course
from autograder.folders import write_file
from autograder.markers import Markers
from autograder.report import frames, write_page
from tests.browser.conftest import launch
from tests.browser.servers import AUTOGRADER, JUPYTER, serving
from tests.report.classes import large_class

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "images"

_STUDENT = "hana"
"""Has some exercises wrong."""


@contextmanager
def page_for(browser: Browser, name: str, *, height: int = 820) -> Iterator[Page]:
    """A page whose picture is taken at the end."""
    page = browser.new_page(
        viewport={"width": 1180, "height": height},
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    yield page
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png")
    page.close()
    print(PICTURES / f"{name}.png")


def feedback(browser: Browser, course: Course, student: str) -> None:
    with page_for(browser, "feedback") as page:
        page.goto((course.step("feedback", student, "attention") / "attention.html").as_uri())


def formgrader(browser: Browser, course: Course, student: str, home: Path) -> None:
    """Marking a written answer."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        found = gradebook.find_submission_notebook("attention", "attention", student)
        submission = found.id
        (answer, *_) = [grade for grade in found.grades if grade.cell.cell_type == "markdown"]
        name, points = answer.name, answer.max_score
    _as_a_student_writes(course.step("autograded", student, "attention") / "attention.ipynb")
    with (
        serving(AUTOGRADER, course.root, home) as server,
        page_for(browser, "formgrader") as page,
    ):
        page.goto(server.entrance)
        page.goto(f"{server.url}/formgrader/submissions/{submission}/")
        expect(page.get_by_role("link", name="Next")).to_be_focused()
        page.get_by_label(f"Comment on {name}").fill("Right, and well said.")
        page.get_by_label(f"Score of {name}").fill(f"{points:g}")
        page.get_by_label(f"Score of {name}").evaluate(
            "score => score.closest('.cell').scrollIntoView({block: 'center'})"
        )


def _as_a_student_writes(notebook: Path) -> None:
    """Without the mark schemes, which the demo's students have from the reference solution."""
    markers = Markers.of(Config())
    document = json.loads(notebook.read_bytes())
    for cell in document["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = markers.public("".join(cell["source"]))
    write_file(notebook, json.dumps(document).encode())


def lab(browser: Browser, course: Course, home: Path) -> None:
    """A student at work."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "work")
        shutil.copytree(course.release("attention"), work / "attention")
        with serving(JUPYTER, work, home) as server, page_for(browser, "lab") as page:
            page.goto(server.entrance)
            page.goto(f"{server.url}/lab/tree/attention/attention.ipynb")
            expect(page.locator(".jp-Notebook .jp-Cell").nth(3)).to_be_visible()
            page.get_by_role("button", name="Validate").click()
            expect(page.locator(".jp-Dialog")).to_contain_text("failed", timeout=120_000)


def report(browser: Browser) -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = large_class(Path(folder, "course"))
        target = Path(folder, "report.html")
        write_page(target, frames(course))
        with page_for(browser, "report", height=1420) as page:
            page.goto(target.as_uri())


def main(demo: Path) -> None:
    """Take all pictures.

    Args:
        demo: the course of `autograder demo`.
    """
    course = Course.open(demo)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = launch(playwright)
        feedback(browser, course, _STUDENT)
        formgrader(browser, course, _STUDENT, Path(home))
        lab(browser, course, Path(home))
        report(browser)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
