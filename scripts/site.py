"""What MkDocs does not do by itself for this project's site: named in `mkdocs.yml` as a hook.

Pages are written for a code host, where a link may lead to any file of the repository. In the site
a link to one of the files in `OUTSIDE` leads to a copy; a link to any other file outside of `docs/`
is a warning, which `mkdocs build --strict` takes for an error.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from xml.etree.ElementTree import Element

import typer
from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from mkdocs.structure.files import File, Files
from typer.cli import get_docs_for_click

from autograder.cli import app

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
OUTSIDE = {
    "README.md": "index.md",
    "CHANGELOG.md": "repository/changelog.md",
    "CONTRIBUTING.md": "repository/contributing.md",
    "LICENSE": "repository/license.txt",
    "benchmarks/README.md": "repository/benchmarks.md",
}
"""Files of the repository that the site shows, and where."""

COMMANDS = "reference/commands.md"
_PLACES = {place: source for source, place in OUTSIDE.items()}


class _Links(Treeprocessor):
    """Turns links that are right in the repository into links that are right in the site."""

    page = ""

    def run(self, root: Element) -> None:
        for element in root.iter():
            for attribute in ("href", "src"):
                if link := element.get(attribute):
                    element.set(attribute, self._moved(link))

    def _moved(self, link: str) -> str:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
            return link
        here = _PLACES.get(self.page, f"docs/{self.page}")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(here), parts.path))
        place = OUTSIDE.get(target, target.removeprefix("docs/"))
        if place == target:  # not in the site; MkDocs says so
            return link
        path = posixpath.relpath(place, posixpath.dirname(self.page) or ".")
        return urlunsplit(parts._replace(path=path))


class _LinksExtension(Extension):
    """Sees the links before MkDocs does, whose own processor has priority 0."""

    links = _Links()

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the library's name for it
        md.treeprocessors.register(self.links, "repository-links", 1)


def on_config(config: MkDocsConfig) -> None:
    """Add the links' processor, and put the files of a folder where the nav has `folder/*.md`."""
    config.markdown_extensions.append(_LinksExtension())
    config.nav = _expanded(config.nav, Path(config.docs_dir))


def _expanded(nav: Any, folder: Path) -> Any:
    match nav:
        case list():
            return [one for entry in nav for one in _entries(entry, folder)]
        case dict():
            return {title: _expanded(entry, folder) for title, entry in nav.items()}
        case _:
            return nav


def _entries(entry: Any, folder: Path) -> list[Any]:
    if isinstance(entry, str) and "*" in entry:
        found = sorted(path.relative_to(folder).as_posix() for path in folder.glob(entry))
        return [path for path in found if not path.endswith("/README.md")]
    return [_expanded(entry, folder)]


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Bring in the files that lie outside of `docs/`."""
    for source, place in OUTSIDE.items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / source)))


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Write the page of the commands from the commands themselves."""
    _LinksExtension.links.page = page.file.src_uri
    if page.file.src_uri != COMMANDS:
        return markdown
    command = typer.main.get_command(app)
    _escape(command)
    context = typer.Context(command, info_name="autograder")
    _, _, verbs = get_docs_for_click(obj=command, ctx=context, name="autograder").partition("\n## ")
    return f"{markdown}\n## {verbs}"


def _escape(command: Any) -> None:
    """Keep `<student>` in a help text from being taken for HTML."""
    for described in (command, *command.params):
        described.help = (described.help or "").replace("<", "&lt;")
    for verb in getattr(command, "commands", {}).values():
        _escape(verb)
