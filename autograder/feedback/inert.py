"""Turns what students wrote and printed into HTML that can do nothing.

Nothing in the result runs, loads, submits or refers to a style or an id of the page.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import bleach
from bs4 import BeautifulSoup
from markupsafe import Markup, escape
from nbconvert.filters.markdown_mistune import (
    InvalidNotebook,
    IPythonRenderer,
    MarkdownWithMath,
)
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

__all__ = [
    "CODE_CSS",
    "attachments_of",
    "clean",
    "code",
    "html",
    "is_raster_image",
    "markdown",
    "output",
    "plain",
    "text_of",
]

_TEXT_CHARS = 20_000
_MARKUP_CHARS = 200_000
_IMAGE_CHARS = 16 << 20
_DEPTH = 100
_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")
_RASTER_SUFFIX = re.compile(r"\.(?:png|jpe?g|gif|webp)\Z", re.IGNORECASE)
_FILE_NAME = r"(?!\.|%2e)[\w ()%.-]+"  # a browser takes %2e for a dot, so also `%2e%2e` for `..`
_FILE_PATH = re.compile(f"{_FILE_NAME}(?:/{_FILE_NAME})*", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_WITH_CONTENT = [
    "applet",
    "embed",
    "frame",
    "frameset",
    "iframe",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "plaintext",
    "script",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "xmp",
]
_TAGS = frozenset(
    {"a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre"}
    | {"q", "s", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot"}
    | {"th", "thead", "tr", "tt", "u", "ul", "var"}
)
_FORMATTER = HtmlFormatter(nowrap=True, classprefix="k-")

CODE_CSS: str = HtmlFormatter(classprefix="k-").get_style_defs("pre.code")
"""Colours for what `code` returns, to be shown in `<pre class="code">`."""


def clean(text: str) -> str:
    """Text without terminal codes and control characters."""
    return _CONTROL.sub("", _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))


def plain(text: str) -> Markup:
    """Clean text, shortened in the middle."""
    cleaned = clean(text)
    if len(cleaned) > _TEXT_CHARS:
        left_out = len(cleaned) - _TEXT_CHARS
        half = _TEXT_CHARS // 2
        cleaned = f"{cleaned[:half]}\n[... {left_out:,} characters left out ...]\n{cleaned[-half:]}"
    return escape(cleaned)


@lru_cache(maxsize=512)
def code(source: str) -> Markup:
    """Python with colours."""
    cleaned = _CONTROL.sub("", source)
    if len(cleaned) > _TEXT_CHARS:
        return plain(cleaned)
    # Pygments escapes the source itself.
    return Markup(highlight(cleaned, PythonLexer(stripnl=False), _FORMATTER))  # noqa: S704 - see above


def markdown(
    source: str,
    attachments: dict[str, dict[str, str]] | None = None,
    *,
    files: bool = False,
    links: bool = True,
) -> Markup:
    """Markdown with its pasted images; formulas stay as they are written.

    Args:
        source: the text.
        attachments: pasted images: name, MIME type, base64 text.
        files: whether images that lie beside the notebook can be shown.
        links: whether links can be followed; if not, their addresses are written out.
    """
    if attachments:
        return _render(source, attachments, files=files, links=links)
    return _markdown(source, files=files, links=links)


@lru_cache(maxsize=512)
def _markdown(source: str, *, files: bool, links: bool) -> Markup:
    return _render(source, {}, files=files, links=links)


def _render(
    source: str, attachments: dict[str, dict[str, str]], *, files: bool, links: bool
) -> Markup:
    if len(source) > _TEXT_CHARS:
        return Markup("<pre>{}</pre>").format(plain(source))
    renderer = IPythonRenderer(
        escape=False, attachments=attachments, embed_images=False, exclude_anchor_links=True
    )
    try:
        rendered = MarkdownWithMath(renderer=renderer).render(source)
    except (InvalidNotebook, RecursionError):
        # nbconvert's renderer stops at attachments that are not there and at deep nesting.
        return Markup("<pre>{}</pre>").format(plain(source))
    return html(str(rendered), files=files, links=links)


def html(text: str, *, files: bool = False, links: bool = True) -> Markup:
    """HTML reduced to text, tables, lists and images that are part of it.

    Args:
        text: the markup.
        files: whether images that lie beside the notebook can be shown.
        links: whether links can be followed; if not, their addresses are written out.
    """
    if len(text) > _MARKUP_CHARS + _IMAGE_CHARS or len(_DATA_IMAGE.sub("", text)) > _MARKUP_CHARS:
        return Markup("<p>[too long to be shown]</p>")
    try:
        soup = BeautifulSoup(text, "html.parser")
        if _is_deep(soup):
            return Markup("<pre>{}</pre>").format(plain(text))
        for element in soup(_WITH_CONTENT):
            element.decompose()
        for image in soup("img"):
            if not _is_image(str(image.get("src", "")), files=files):
                image.replace_with(str(image.get("alt", "")))
        for link in [] if links else soup("a"):
            address = str(link.get("href", ""))
            if _keep_attribute("a", "href", address) and address not in link.get_text():
                link.append(f" ({address})")
            link.unwrap()
        cleaned = bleach.clean(
            str(soup),
            tags=_TAGS,
            attributes=_keep_file_attribute if files else _keep_attribute,
            protocols=frozenset({"http", "https", "mailto", "data"}),
            strip=True,
        )
    except RecursionError:
        return Markup("<pre>{}</pre>").format(plain(text))
    # bleach has removed everything that is not on the lists above.
    return Markup(cleaned)  # noqa: S704 - see above


def is_raster_image(path: str) -> bool:
    """Whether a file's name is that of an image which can hold no script."""
    return _RASTER_SUFFIX.search(path) is not None


def _is_image(source: str, *, files: bool) -> bool:
    if _DATA_IMAGE.fullmatch(source):
        return True
    return files and is_raster_image(source) and _FILE_PATH.fullmatch(source) is not None


def _is_deep(soup: BeautifulSoup) -> bool:
    """Whether elements are nested so deeply that cleaning them would take minutes."""
    depths: dict[int, int] = {id(soup): 0}
    for element in soup.descendants:
        depth = depths[id(element.parent)] + 1
        if depth > _DEPTH:
            return True
        depths[id(element)] = depth
    return False


def _keep_attribute(tag: str, name: str, value: str) -> bool:
    match tag, name:
        case "a", "href":
            return value.lower().startswith(("http://", "https://", "mailto:"))
        case "img", "src":
            return _is_image(value, files=False)
        case ("img", "alt") | ("abbr", "title"):
            return True
        case (("td" | "th"), ("colspan" | "rowspan")):
            return value.isdecimal() and len(value) < 4
        case _:
            return False


def _keep_file_attribute(tag: str, name: str, value: str) -> bool:
    if (tag, name) == ("img", "src"):
        return _is_image(value, files=True)
    return _keep_attribute(tag, name, value)


def text_of(value: object) -> str:
    """The text of an nbformat multi-line string; nothing for anything else."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def attachments_of(value: object) -> dict[str, dict[str, str]]:
    """A cell's attachments by name and MIME type, whatever the notebook has in their place."""
    if not isinstance(value, Mapping):
        return {}
    return {
        str(name): {str(mime): text_of(text) for mime, text in bundle.items()}
        for name, bundle in value.items()
        if isinstance(bundle, Mapping) and bundle
    }


def output(entry: Mapping[str, Any], *, links: bool = True) -> Markup:
    """One output of a cell in the richest form that is harmless; empty if there is none.

    Args:
        entry: the output, in nbformat's form.
        links: whether links can be followed; if not, their addresses are written out.
    """
    match entry.get("output_type"):
        case "stream":
            name = "stderr" if entry.get("name") == "stderr" else "stdout"
            return Markup('<pre class="{}">{}</pre>').format(
                name, plain(text_of(entry.get("text")))
            )
        case "error":
            trace = entry.get("traceback")
            lines = trace if isinstance(trace, list) else []
            text = "\n".join(line for line in lines if isinstance(line, str))
            text = text or f"{text_of(entry.get('ename'))}: {text_of(entry.get('evalue'))}"
            return Markup('<pre class="stderr">{}</pre>').format(plain(text))
        case "display_data" | "execute_result" | "update_display_data":
            data = entry.get("data")
            return _display(data, links=links) if isinstance(data, Mapping) else Markup()
        case _:
            return Markup()


def _display(data: Mapping[str, Any], *, links: bool) -> Markup:
    for mime in ("text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg"):
        text = text_of(data.get(mime))
        shown = _shown(mime, text, links=links) if text else Markup()
        if shown.strip():
            return shown
    text = text_of(data.get("text/plain")) or text_of(data.get("text/latex"))
    return Markup("<pre>{}</pre>").format(plain(text)) if text else Markup()


def _shown(mime: str, text: str, *, links: bool) -> Markup:
    match mime:
        case "text/html":
            return html(text, links=links)
        case "text/markdown":
            return markdown(text, links=links)
        case "image/svg+xml":
            # Inside <img> a drawing can neither run scripts nor load anything.
            text = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if len(text) > _IMAGE_CHARS or not _BASE64.fullmatch(text):
        return Markup()
    return Markup('<img alt="output of this cell" src="data:{};base64,{}">').format(
        mime, "".join(text.split())
    )
