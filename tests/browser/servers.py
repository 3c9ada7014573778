"""Jupyter servers for tests, started as a person starts them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import final
from urllib.error import URLError
from urllib.request import urlopen

from tests.stock import stock_environment

_TOKEN = "for-tests"
_ENOUGH = 120


@final
@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers.

    Args:
        url: its address, without a slash at the end.
    """

    url: str

    @property
    def entrance(self) -> str:
        """The address that lets a browser in."""
        return f"{self.url}/api/status?token={_TOKEN}"


AUTOGRADER = (sys.executable, "-m", "autograder", "formgrader", "--no-browser")
JUPYTER = (sys.executable, "-m", "jupyterlab", "--no-browser")
SERVER = (sys.executable, "-m", "jupyter_server", "--no-browser")

_NOT_FORMGRADER = ["jupyter_lsp", "jupyter_server_terminals", "jupyterlab", "notebook"]


@contextmanager
def serving(
    command: Sequence[str],
    folder: Path,
    home: Path,
    *,
    lean: bool = False,
) -> Iterator[Server]:
    """Run a server in a folder.

    Args:
        command: what starts it; the port and the token are added.
        folder: where it is started.
        home: the home directory of whoever starts it.
        lean: whether to leave out what the formgrader has no need of.
    """
    settings = home / ".jupyter"
    settings.mkdir(parents=True, exist_ok=True)
    extensions = dict.fromkeys(_NOT_FORMGRADER, False) if lean else {}
    (settings / "jupyter_server_config.json").write_text(
        json.dumps({"ServerApp": {"jpserver_extensions": extensions}})
    )
    quiet = settings / "lab/user-settings/@jupyterlab/apputils-extension"
    quiet.mkdir(parents=True, exist_ok=True)
    (quiet / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    log = home / f"{folder.name}.log"
    options = [
        f"--port={_free_port()}",
        "--ServerApp.port_retries=0",
        "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={_TOKEN}",
        "--allow-root",
    ]
    with (
        log.open("w") as output,
        subprocess.Popen(
            [*command, *options],
            cwd=folder,
            env=stock_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        server = Server(f"http://127.0.0.1:{options[0].partition('=')[2]}")
        try:
            _wait(server, process, log)
            yield server
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    patience = time.monotonic() + _ENOUGH
    while time.monotonic() < patience and process.poll() is None:
        try:
            with urlopen(f"{server.url}/api", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-4000:]}")
