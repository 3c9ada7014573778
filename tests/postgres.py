"""A real PostgreSQL server that lives as long as a test."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

__all__ = ["PostgresServer"]

_REMEDY = "PostgreSQL is needed for these tests. On Debian 12: apt-get install postgresql-15"


class PostgresServer:
    """A throw-away cluster in a temporary folder, on a port of this machine only."""

    def __init__(self) -> None:
        self._bin = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="autograder-pg-"))
        self._data = self.folder / "data"
        self._user: dict[str, str] = {}
        if os.geteuid() == 0:
            # It refuses to run as root.
            user = pwd.getpwnam("nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._user = {"user": "nobody"}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "-D", self._data, "-U", "course", "-A", "trust", "-N", "-E", "UTF8")
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(
                f"port = {self.port}\nlisten_addresses = '127.0.0.1'\n"
                f"unix_socket_directories = '{self.folder}'\nfsync = off\nshared_buffers = 16MB\n"
            )
        self.start()

    def start(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self.folder / "log", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def new_database(self, name: str) -> str:
        """The URL of an empty database."""
        server = f"postgresql+psycopg://course@127.0.0.1:{self.port}"
        engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return f"{server}/{name}"

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            check=False,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            **self._user,  # type: ignore[call-overload]  # no keyword but user
        )
        if done.returncode:
            pytest.fail(f"{program} failed: {(done.stdout or b'').decode()}")


def _programs() -> Path:
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += [Path(found).parent] if found else []
    for folder in folders:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    pytest.fail(_REMEDY)
