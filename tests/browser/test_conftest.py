"""The browser notices what the other tests rely on."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Watch


def test_a_page_is_shown_with_its_scripts(page: Page, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "<!DOCTYPE html><meta charset=utf-8><p>李明<script>document.title='it ran'</script>"
    )
    page.goto((tmp_path / "page.html").as_uri())
    assert page.title() == "it ran"
    assert page.inner_text("p") == "李明"


def test_errors_and_requests_abroad_are_noticed(
    context: BrowserContext, watch: Watch, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(
        "<img src='https://example.org/x.png'><script>console.error('one')</script>"
        "<script>missing()</script>"
    )
    context.new_page().goto((tmp_path / "page.html").as_uri())
    assert watch.abroad == ["https://example.org/x.png"]
    assert any(error.startswith("one") for error in watch.errors)
    assert any("missing is not defined" in error for error in watch.errors)
