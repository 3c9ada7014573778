"""nbgrader's formgrader, in which nothing that a student wrote is live.

It is an extension of Jupyter's server that stands in front of nbgrader's: the same addresses, the
same code behind them, and pages of which only our own scripts run. `autograder formgrader` turns it
on, and so does a course's configuration in whatever server reads it.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["guard_this_server"]

_LOADED = "autograder_formgrader"


def guard_this_server() -> None:
    """Turn the extension on if this process is a Jupyter server.

    nbgrader's formgrader reads the course's configuration before it adds its own handlers.
    """
    if "jupyter_server.serverapp" in sys.modules:
        from jupyter_server.serverapp import ServerApp

        if ServerApp.initialized():
            _load_jupyter_server_extension(ServerApp.instance())


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "autograder.formgrader"}]


def _load_jupyter_server_extension(app: Any) -> None:
    # Only Jupyter's server needs what this imports.
    from jupyter_server.utils import url_path_join

    from autograder.formgrader.handlers import guarded_handlers

    settings = app.web_app.settings
    if settings.get(_LOADED):
        return  # a configuration is read many times
    # The first handler that has an address answers, and extensions are loaded in the order of their
    # names: these come before nbgrader's.
    app.web_app.add_handlers(
        ".*$",
        [
            (url_path_join(settings["base_url"], pattern.lstrip("/")), *rest)
            for pattern, *rest in guarded_handlers()
        ],
    )
    settings[_LOADED] = True
