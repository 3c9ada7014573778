"""nbgrader's formgrader, in which nothing that a student wrote is live.

It is an extension of Jupyter's server that stands in front of nbgrader's: the same addresses, the
same code behind them, and pages of which only our own scripts run. Installing this package turns it
on.
"""

from __future__ import annotations

from typing import Any

__all__: list[str] = []


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "autograder.formgrader"}]


def _load_jupyter_server_extension(app: Any) -> None:
    # Only Jupyter's server needs what this imports.
    from jupyter_server.utils import url_path_join

    from autograder.formgrader.handlers import guarded_handlers

    base_url = app.web_app.settings["base_url"]
    # Extensions are loaded in the order of their names, and the first handler that has an address
    # answers: these come before nbgrader's.
    app.web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base_url, pattern.lstrip("/")), *rest)
            for pattern, *rest in guarded_handlers()
        ],
    )
