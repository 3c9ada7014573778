"""Starts Jupyter for a course."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from autograder.course import Course
from autograder.errors import OperatorError

__all__ = ["start"]

_SETTINGS = Path(__file__).with_name("jupyter")


def start(course: Course, *, port: int, browser: bool, options: Sequence[str] = ()) -> NoReturn:
    """Become a JupyterLab server that opens with the formgrader.

    Args:
        course: its folder becomes the server's.
        port: where it listens; the next free one if it is taken.
        browser: whether to open a browser; else the address is printed.
        options: more of `jupyter lab`'s own.

    Raises:
        OperatorError: Jupyter is not installed.
    """
    if find_spec("jupyterlab") is None:
        raise OperatorError("JupyterLab is not installed here: pip install jupyterlab")
    # It guards the formgrader even if the course's configuration says nothing of this project.
    folders = [str(_SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    environment = os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, folders))}
    command = [
        *(sys.executable, "-m", "jupyterlab", f"--port={port}"),
        "--LabApp.default_url=/formgrader",
        *([] if browser else ["--no-browser"]),
        *options,
    ]
    # nbgrader reads the `nbgrader_config.py` of the folder that the server is started in.
    os.chdir(course.root)
    os.execve(sys.executable, command, environment)  # noqa: S606 - no shell is wanted
