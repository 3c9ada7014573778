"""HTML pages that need no other file, made from a package's `templates/`."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

__all__ = ["environment", "read_style", "security_policy"]


@cache
def environment(package: str) -> Environment:
    """The templates of a package; everything that is filled in is escaped."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def read_style(package: str, name: str) -> Markup:
    """A style sheet of our own, from a package's templates."""
    loader = environment(package).loader
    if loader is None:
        raise RuntimeError("the environment has no loader")
    return Markup(loader.get_source(environment(package), name)[0])  # noqa: S704 - our own file


def security_policy(style: str, *scripts: str) -> str:
    """The Content-Security-Policy: this style sheet, these scripts, images in the page; no more.

    Args:
        style: the text of the style sheet.
        scripts: the texts of the scripts, if there are any.
    """
    allowed = " ".join(map(_source, scripts))
    return (
        f"default-src 'none'; img-src data:; style-src {_source(style)}; "
        f"{f'script-src {allowed}; ' if allowed else ''}base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
