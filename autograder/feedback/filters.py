"""Makes what students wrote inert in the pages of stock nbgrader and of its formgrader.

The names are those of nbconvert's filters, which these stand in for.
"""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import pass_context
from jinja2.runtime import Context

from autograder.feedback.inert import attachments_of, html, markdown

__all__ = ["FILTERS", "clean_html", "markdown2html"]


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Markdown of a cell or an output as harmless HTML."""
    cell = context.get("cell")
    attachments = attachments_of(cell.get("attachments")) if isinstance(cell, Mapping) else {}
    return str(markdown(source, attachments, files=True))


def clean_html(element: object) -> str:
    """HTML that a cell put out, made harmless."""
    text = element.decode("utf-8", "replace") if isinstance(element, bytes) else str(element)
    return str(html(text, files=True))


FILTERS = {
    "clean_html": f"{__name__}.clean_html",
    "markdown2html": f"{__name__}.markdown2html",
}
"""For `HTMLExporter.filters`."""
