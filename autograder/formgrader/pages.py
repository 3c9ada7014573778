"""nbgrader's own templates, made to keep a Content-Security-Policy."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from nbgrader.server_extensions.formgrader import handlers

__all__ = ["event_hashes", "render_page"]

_SCRIPT = re.compile(r"<script\b")
_VARIABLE = re.compile(r'= "\{\{ ([\w.]+) \}\}";')
_EVENT = re.compile(r'\son[a-z]+="([^"]*)"', re.IGNORECASE)


class _Loader(FileSystemLoader):
    """Marks the scripts that stand in a template; no others are ever marked."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, name, is_current = super().get_source(environment, template)
        source = _SCRIPT.sub('<script nonce="{{ csp_nonce }}"', source)
        # What is escaped for HTML is not escaped for a script.
        source = _VARIABLE.sub(r"= {{ \1 | tojson }};", source)
        return source, name, is_current


@cache
def _environment() -> Environment:
    return Environment(loader=_Loader([handlers.template_path]), autoescape=True)


def render_page(name: str, **values: Any) -> str:
    """A page of nbgrader's; what is filled in is escaped."""
    return _environment().get_template(name).render(**values)


@cache
def event_hashes() -> str:
    """For a Content-Security-Policy: what nbgrader's templates have in `onclick` and the like."""
    found = {
        code
        for path in Path(handlers.template_path).glob("*.tpl")
        for code in _EVENT.findall(path.read_text(encoding="utf-8"))
        if "{{" not in code
    }
    digests = (hashlib.sha256(code.encode()).digest() for code in sorted(found))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
