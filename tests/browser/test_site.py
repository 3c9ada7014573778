"""The documentation site: built as CI builds it, then looked at."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer
from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect

from autograder import checks
from autograder.cli import app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a link that leads nowhere fails the build."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, BeautifulSoup]:
    """Every page by its path."""
    return {
        file.relative_to(site).as_posix(): BeautifulSoup(file.read_bytes(), "html.parser")
        for file in sorted(site.rglob("*.html"))
    }


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def text_of(page: BeautifulSoup) -> Any:
    article = page.find("article")
    assert article is not None
    return article


def test_no_page_loads_anything_from_elsewhere(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        loaded = [tag["src"] for tag in page.select("[src]")]
        loaded += [tag["href"] for tag in page.select("link[href]")]
        assert loaded
        for link in loaded:
            assert not urlsplit(str(link)).netloc, f"{name}: {link}"


def test_tables_and_lists_are_shown_as_such(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        for paragraph in page.select("article p"):
            for line in paragraph.get_text().splitlines():
                assert not line.lstrip().startswith(("* ", "- ", "| ", "```", ":::")), (
                    f"{name}: {line}"
                )


def test_files_outside_of_the_docs_are_linked_to_their_copies(
    pages: dict[str, BeautifulSoup],
) -> None:
    links = {str(tag["href"]) for tag in text_of(pages["index.html"]).select("a[href]")}
    assert {"student.html", "student.zh.html", "repository/contributing.html"} <= links
    links = {str(tag["href"]) for tag in text_of(pages["performance.html"]).select("a[href]")}
    assert "repository/benchmarks.html" in links


def test_every_verb_and_option_is_in_the_reference(pages: dict[str, BeautifulSoup]) -> None:
    text = text_of(pages["reference/commands.html"]).get_text()
    command: Any = typer.main.get_command(app)
    for name, verb in command.commands.items():
        assert f"autograder {name}" in text
        for option in (option for parameter in verb.params for option in parameter.opts):
            assert not option.startswith("--") or option in text


def test_every_check_is_in_the_reference(pages: dict[str, BeautifulSoup]) -> None:
    ids = {str(tag["id"]) for tag in pages["reference/checks.html"].select("[id]")}
    for name in checks.__all__:  # two functions have the name of their module
        assert ids & {f"autograder.checks.{name}", f"autograder.checks.{name}.{name}"}, name


def test_a_reader_finds_a_page_and_chooses_the_dark_colours(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.get_by_role("link", name="Graders", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("For graders")
    page.get_by_placeholder("Search").fill("quarantined")
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    page.keyboard.press("Escape")
    assert page.locator("body").get_attribute("data-md-color-scheme") == "default"
    page.get_by_title("Dark").click()
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"


def test_a_phone_shows_pages_without_scrolling_sideways(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("index", "student.zh", "security", "reference/commands", "reference/python"):
        page.goto(f"{address}/{name}.html")
        too_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not too_wide, name
