"""The documentation as a Markdown parser sees it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["PAGES", "ROOT", "commands", "fences", "inline_code"]

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))


def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def fences(page: Path) -> list[Token]:
    """Fenced blocks, those in lists and quotations as well."""
    return [token for token in _tokens(page) if token.type == "fence"]


def inline_code(page: Path) -> Iterator[str]:
    """What stands between backticks in running text and tables."""
    for token in _tokens(page):
        for child in token.children or ():
            if child.type == "code_inline":
                yield child.content


def commands(page: Path) -> Iterator[list[str]]:
    """The words of each command: after a `$` in a console block, or between backticks."""
    lines = [line for fence in fences(page) for line in fence.content.splitlines()]
    shown = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    for command in [*shown, *inline_code(page)]:
        try:
            yield shlex.split(command, comments=True)
        except ValueError:  # an apostrophe: no command
            continue
