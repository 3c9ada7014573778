"""A real browser for tests: Debian's Chromium without a window."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

PICTURES = Path(__file__).resolve().parents[2] / "build" / "browser"
"""Where the last picture of each test is kept."""

_PATIENCE = 30_000
"""Milliseconds, for a busy machine."""

_HERE = {"127.0.0.1", "localhost"}


@final
@dataclass(slots=True)
class Watch:
    """What the pages of a test did that a user would not want.

    Args:
        errors: errors on the console and exceptions that no script caught.
        abroad: addresses beyond this machine that were asked for; none is reached.
    """

    errors: list[str] = field(default_factory=list)
    abroad: list[str] = field(default_factory=list)


def launch(playwright: Playwright) -> Browser:
    """Start Debian's Chromium.

    Raises:
        RuntimeError: it is not installed.
    """
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("Debian's `chromium` is not installed (scripts/setup does it as root)")
    # Chromium has no sandbox of its own for root.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=program, args=options)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Watch:
    """Fills while the pages of `context` are open."""
    return Watch()


@pytest.fixture
def context(
    browser: Browser, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """A fresh profile that reaches this machine only; leaves a picture of its last page."""
    context = browser.new_context(
        locale="en-GB",
        timezone_id="UTC",
        viewport={"width": 1280, "height": 900},
        reduced_motion="reduce",
    )
    context.set_default_timeout(_PATIENCE)
    expect.set_options(timeout=_PATIENCE)

    def stay_here(address: str) -> bool:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in _HERE

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            watch.errors.append(f"{message.text} ({message.location.get('url', '')})")

    context.route(stay_here, lambda route: route.abort())
    context.on(
        "request", lambda sent: watch.abroad.append(sent.url) if stay_here(sent.url) else None
    )
    context.on("console", heard)
    context.on("weberror", lambda raised: watch.errors.append(str(raised.error)))
    yield context
    if context.pages:
        name = re.sub(r"\W+", "-", request.node.name).strip("-")
        context.pages[-1].screenshot(path=PICTURES / f"{request.node.path.stem}-{name}.png")
    context.close()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A page on which nothing may go wrong: no error, and no request beyond this machine."""
    yield context.new_page()
    assert watch.errors == []
    assert watch.abroad == []
