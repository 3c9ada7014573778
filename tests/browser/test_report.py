"""The report, as somebody with a browser meets it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from autograder.report import Frames, frames, write_page
from tests.builders import make_course
from tests.gradebooks import with_gradebook
from tests.report.classes import Answer, HandedIn, Made, large_class, right, write_class, wrong

CHARTS = (
    "scores",
    "outcomes",
    "quality",
    "together",
    "times",
    "seconds",
    "memory",
    "term",
    "states",
)
OWN = "window.owned = true"
HOSTILE = {
    "=1+1": ("</script><script>" + OWN + "</script>", "\u2028\u2029"),
    "<img src=x onerror='" + OWN + "'>": ("<!--<script>", "]]>"),
    "__proto__": ("${" + OWN + "}", "{{7*7}}"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    folder = tmp_path_factory.mktemp("class")
    return frames(large_class(folder / "course", students=240, assignments=2, cells=10))


@pytest.fixture(scope="module")
def written(found: Frames, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_page(path, found)
    return path


def open_report(page: Page, path: Path) -> list[str]:
    """Open it, wait until everything is drawn, and say what it asked for."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    return asked


def shown(page: Page, chosen: int) -> None:
    """Wait until a filter has taken effect everywhere."""
    page.wait_for_selector(f"html[data-shown='{chosen}']", state="attached")


def bars(page: Page, chart: str) -> list[str]:
    """What a screen reader reads of a chart's marks."""
    marks = page.locator(f"#c-{chart} [aria-roledescription='bar']")
    return [str(label) for label in marks.evaluate_all("all => all.map(m => m.ariaLabel)")]


def rows(page: Page, table: str) -> list[list[str]]:
    texts = "all => all.map(row => [...row.cells].map(cell => cell.innerText))"
    found: list[list[str]] = page.locator(f"#t-{table} tbody tr").evaluate_all(texts)
    return found


def test_every_chart_is_drawn_and_nothing_is_fetched(page: Page, written: Path) -> None:
    assert open_report(page, written) == [written.as_uri()]
    for chart in CHARTS:
        picture = page.locator(f"#c-{chart} svg")
        expect(picture).to_be_visible()
        assert picture.locator("[role='graphics-symbol'], path[d]").count() > 3, chart
        described = page.locator(f"#c-{chart} [aria-label]").first
        assert len(described.get_attribute("aria-label") or "") > 15, chart


def test_the_page_says_what_the_frames_say(page: Page, written: Path, found: Frames) -> None:
    open_report(page, written)
    name = found.chosen[0]
    mine = found.students[found.students.assignment == name]
    figures = dict(
        zip(
            page.locator("#figures dt").all_inner_texts(),
            page.locator("#figures dd").all_inner_texts(),
            strict=True,
        )
    )
    assert figures["graded"] == str((mine.state == "graded").sum())
    assert figures["missing"] == str((mine.state == "missing").sum())
    assert figures["late"] == str(mine.late.sum())
    cells = found.cells[found.cells.assignment == name]
    for line, cell in zip(rows(page, "cells"), cells.itertuples(), strict=True):
        assert line[0] == cell.cell
        assert float(line[4]) == pytest.approx(cell.item_rest, abs=0.0051)
        assert float(line[5]) == pytest.approx(cell.upper_lower, abs=0.0051)
    most = found.messages[found.messages.assignment == name].students.max()
    assert rows(page, "messages")[0][0] == str(most)
    counts = [int(label.split(": ")[1].split()[0]) for label in bars(page, "scores")]
    assert sum(counts) == mine.share.notna().sum()


def test_filters_drive_charts_tables_and_count(page: Page, written: Path, found: Frames) -> None:
    open_report(page, written)
    name = found.chosen[0]
    mine = found.students[found.students.assignment == name]
    page.locator("#f-state").select_option("late")
    late = int(mine.late.sum())
    shown(page, late)
    expect(page.locator("#count")).to_have_text(f"{late} of 240 students")
    assert len(rows(page, "students")) == min(50, late)
    assert {line[1] for line in rows(page, "students")} == {"late"}
    page.get_by_role("button", name="Show everybody").click()
    shown(page, 240)

    page.locator("#f-from").fill("50")
    page.locator("#f-to").fill("70")
    chosen = mine[(mine.share >= 0.5) & (mine.share <= 0.7)]
    shown(page, len(chosen))
    median = f"median {round(100 * chosen.share.median())} %"
    expect(page.locator("#say-scores")).to_contain_text(median)
    counted = sum(int(label.split(": ")[1].split()[0]) for label in bars(page, "scores"))
    assert counted == len(chosen)
    page.get_by_role("button", name="Show everybody").click()
    shown(page, 240)

    cell = found.cells[found.cells.assignment == name].iloc[0]
    page.locator("#f-cell").select_option(cell.cell)
    failed = found.marks[(found.marks.assignment == name) & (found.marks.cell == cell.cell)]
    shown(page, int((failed.points < cell.max_points).sum()))
    expect(page.locator("#c-outcomes [aria-label*='have full points']").first).to_be_attached()
    assert not [
        label
        for label in bars(page, "outcomes")
        if label.startswith(f"{cell.cell}: ") and "full" in label
    ]

    page.get_by_role("button", name="Show everybody").click()
    shown(page, 240)
    student = mine.iloc[7].student
    page.locator("#f-text").fill(student.upper())
    shown(page, 1)
    assert student in rows(page, "students")[0][0]


def test_another_assignment_can_be_chosen(page: Page, written: Path, found: Frames) -> None:
    open_report(page, written)
    other = found.chosen[1]
    page.locator("#assignment").select_option(other)
    expect(page.get_by_role("heading", level=1)).to_have_text(other)
    graded = (found.students[found.students.assignment == other].state == "graded").sum()
    expect(page.locator("#figures dd").nth(1)).to_have_text(str(graded))


def test_everything_can_be_done_with_the_keyboard(page: Page, written: Path) -> None:
    open_report(page, written)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    heading = page.locator("#t-students").get_by_role("button", name="score")
    heading.focus()
    page.keyboard.press("Enter")
    # The table was built anew, and the focus is where it was.
    expect(heading).to_be_focused()
    expect(page.locator("#t-students th[aria-sort='descending']")).to_have_text("score")
    scores = [float(line[2].replace("–", "-1")) for line in rows(page, "students")]
    assert scores == sorted(scores, reverse=True)
    page.keyboard.press("Enter")
    expect(page.locator("#t-students th[aria-sort='ascending']")).to_have_text("score")
    detail = page.locator("#t-students button[aria-expanded]").first
    detail.focus()
    page.keyboard.press("Space")
    expect(detail).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#t-students .lost")).to_contain_text("failed")
    more = page.locator("#t-students button.more")
    more.focus()
    page.keyboard.press("Enter")
    assert page.locator("#t-students tbody tr").count() > 200
    reached = page.locator("input, select, button, [tabindex='0']")
    named = "all => all.every(e => e.labels?.length || e.innerText || e.ariaLabel)"
    assert reached.evaluate_all(named)


def test_what_is_shown_can_be_downloaded(page: Page, written: Path, found: Frames) -> None:
    open_report(page, written)
    page.locator("#f-state").select_option("missing")
    missing = found.students[
        (found.students.assignment == found.chosen[0]) & (found.students.state == "missing")
    ]
    shown(page, len(missing))
    with page.expect_download() as begun:
        page.get_by_role("button", name="students, chosen").click()
    lines = list(csv.DictReader(io.StringIO(begun.value.path().read_text(encoding="utf-8"))))
    assert {line["student"] for line in lines} == set(missing.student)
    with page.expect_download() as begun:
        page.get_by_role("button", name="grade cells").click()
    text = begun.value.path().read_text(encoding="utf-8")
    assert len(list(csv.reader(io.StringIO(text)))) == 11


def test_it_fits_a_phone_and_paper(page: Page, written: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    open_report(page, written)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 720, "height": 1000})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    expect(page.locator("#f-state")).to_be_hidden()
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator("#c-scores svg")).to_be_visible()


def answers(*, message: str) -> tuple[Answer, ...]:
    return (right(1.0), wrong(message))


def test_names_and_messages_that_are_code_stay_text(page: Page, tmp_path: Path) -> None:
    evil = "</script><svg onload='" + OWN + "'>\u2028"
    made = Made("attention", {"<b>one</b>": 1.0, "two": 2.0})
    for student in HOSTILE:
        made.handed_in[student] = HandedIn(answers(message=evil), repairs=(evil,))
    made.handed_in["=1+1"] = HandedIn(reason=evil)
    course = write_class(with_gradebook(make_course(tmp_path / "course")), HOSTILE, made)
    path = tmp_path / "report.html"
    write_page(path, frames(course))
    assert open_report(page, path) == [path.as_uri()]
    assert page.evaluate("window.owned") is None
    assert page.locator("main img, main svg[onload], main b").count() == 0
    text = page.locator("#t-students").inner_text()
    for student, (first, _) in HOSTILE.items():
        assert student in text
        assert first in text
    assert "<svg onload=" in page.locator("#t-messages").inner_text()
    with page.expect_download() as begun:
        page.get_by_role("button", name="students, chosen").click()
    assert "'=1+1" in begun.value.path().read_text(encoding="utf-8")


def test_a_class_of_nobody_is_a_page_as_well(page: Page, tmp_path: Path) -> None:
    made: Any = Made("attention", {"one": 1.0})
    course = with_gradebook(make_course(tmp_path / "course"))
    write_class(course, {"ada": ("Ada", "Lovelace")}, made)
    path = tmp_path / "report.html"
    write_page(path, frames(course))
    open_report(page, path)
    expect(page.locator("#say-scores")).to_contain_text("Nobody")
    expect(page.locator("#count")).to_have_text("1 student")
