"""The supervisor's end of a zygote: starts it, asks it for children, ends it."""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, final

import autograder
from autograder.sealed import identity, scratch
from autograder.sealed.errors import EngineError
from autograder.sealed.levels import Mechanisms
from autograder.sealed.meter import Meter, process_of
from autograder.sealed.sandbox import Part, Plan
from autograder.sealed.wire import Channel, WireError, WireLimits
from autograder.sealed.zygote import MESSAGE_BYTES

__all__ = ["Child", "Nursery", "NurseryLost", "interpreter_paths"]

_PREFIX_PARTS: Final = ("bin", "etc", "include", "lib", "lib64", "libexec", "pyvenv.cfg", "share")
_START_SECONDS: Final = 300.0
_SPAWN_SECONDS: Final = 60.0
_END_SECONDS: Final = 10.0
_REPORT_LIMITS: Final = WireLimits(
    body_bytes=64 << 20, buffer_bytes=64 << 20, depth=40, items=200_000, text_keys=True
)
"""What one report of a cell may take here; a larger one ends the process that sent it."""


class NurseryLost(Exception):  # noqa: N818 - an event more than an error
    """The zygote is gone, and its children with it."""


@final
class Child:
    """One process of a notebook, as the supervisor holds it.

    Args:
        plan: what it is and what it is allowed.
        channel: for orders and reports.
        pidfd: names the process and no other, whatever becomes of its number.
        fork_seconds: what the zygote needed to fork it.
    """

    def __init__(self, plan: Plan, channel: Channel, pidfd: int, fork_seconds: float) -> None:
        self.plan = plan
        self.part: Part = plan.part
        self.channel = channel
        self.pidfd = pidfd
        self.meter = Meter(process_of(pidfd))
        self.seconds: dict[str, float] = {"fork": fork_seconds}
        self.usable = True

    def wait_ready(self) -> None:
        """Wait until it is sealed.

        Raises:
            EngineError: its sandbox could not be made.
            NurseryLost: it died before, which only its zygote's end explains.
        """
        try:
            message = self.channel.recv(_SPAWN_SECONDS)
        except (WireError, TimeoutError) as error:
            raise NurseryLost(f"the {self.part} process did not start: {error}") from None
        if message.get("op") != "ready":
            raise EngineError(f"the {self.part} process was not sealed: {message.get('error')}")
        self.seconds.update(message["seconds"])
        self.meter = Meter(process_of(self.pidfd))

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return not select.select([self.pidfd], [], [], 0)[0]

    def kill(self) -> None:
        """Kill it and, in its own process table, everything that it started."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def end(self) -> None:
        """Kill it, wait for its end and forget it."""
        self.kill()
        select.select([self.pidfd], [], [], _END_SECONDS)
        self.channel.close()
        os.close(self.pidfd)


@final
class Nursery:
    """A zygote and what it was started with.

    Args:
        mechanisms: what its children are sealed with.
        readable: paths that they may read besides the system's and the interpreter's.
    """

    def __init__(self, mechanisms: Mechanisms, readable: Sequence[Path] = ()) -> None:
        self._mechanisms = mechanisms
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the zygote
        self._number = secrets.randbelow(1 << 15)
        self._scratches: list[Path] = []
        self._folder: Path | None = None
        self.warm_seconds = 0.0
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = mine
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                _command(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                env=_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )
        try:
            self._greet([*interpreter_paths(), *readable])
        except BaseException:
            self.close()
            raise

    def _greet(self, readable: list[Path]) -> None:
        home = "/zygote" if self._mechanisms.namespaces else str(self._make_home())
        answer, _ = self._ask(
            {
                "mechanisms": self._mechanisms.to_json(),
                "readable": [str(path) for path in readable],
                "spare": self._number,
                "home": home,
            },
            _START_SECONDS,
        )
        if "ready" not in answer:
            raise EngineError(f"the sandbox cannot be made: {answer.get('error')}. {_ADVICE}")
        self.warm_seconds = float(answer["ready"])

    def _make_home(self) -> Path:
        self._folder = Path(tempfile.mkdtemp(prefix="autograder-"))
        return self._folder

    @property
    def process(self) -> int:
        """Process id of the zygote's outermost process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def spawn(self, plan: Plan, bridge: socket.socket, files: int) -> Child:
        """Fork a child; it goes on sealing itself while this returns.

        Args:
            plan: what it is allowed.
            bridge: its end of the channel to the other child. Stays open here.
            files: descriptor of its packed files. Stays open here.

        Raises:
            NurseryLost: the zygote is gone.
            EngineError: the system has no room for another process.
        """
        mine, theirs = socket.socketpair()
        with theirs:
            descriptors = [theirs.fileno(), bridge.fileno(), files]
            try:
                answer, received = self._ask(
                    {"op": "spawn", "plan": plan.to_json()}, _SPAWN_SECONDS, descriptors
                )
            except BaseException:
                mine.close()
                raise
        if not received:
            mine.close()
            raise EngineError(f"no new process could be started: {answer.get('error')}")
        return Child(plan, Channel(mine, _REPORT_LIMITS), received[0], answer["fork"])

    def check(self) -> None:
        """Make sure that the zygote lives.

        Raises:
            NurseryLost: it does not.
        """
        self._ask({"op": "ping"}, _END_SECONDS)

    def spare_user(self) -> int:
        """Another user id that nobody has."""
        self._number += 1
        return identity.spare_user(self._number)

    def scratch(self, user: int) -> Path:
        """A folder of its own for a child without a file system of its own."""
        folder = Path(tempfile.mkdtemp(prefix="autograder-"))
        if user:
            os.chown(folder, user, user)
        self._scratches.append(folder)
        return folder

    def end_all(self) -> None:
        """End every child and, without namespaces, everything that outlived one."""
        if not self._mechanisms.namespaces:
            self._ask({"op": "end"}, _END_SECONDS)
        for folder in self._scratches:
            scratch.remove(folder)
        self._scratches.clear()

    def close(self) -> None:
        """End the zygote and everything that came from it."""
        self._control.close()
        if self._mechanisms.namespaces:
            self._process.kill()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        folders = [*self._scratches, *([self._folder] if self._folder else [])]
        for folder in folders:
            scratch.remove(folder)

    def _ask(
        self, request: dict[str, Any], seconds: float, descriptors: Sequence[int] = ()
    ) -> tuple[dict[str, Any], list[int]]:
        self._control.settimeout(seconds)
        deadline = time.monotonic() + seconds
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], list(descriptors))
            data, received, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
        except OSError as error:
            late = time.monotonic() >= deadline
            reason = f"no answer in {seconds:.0f} s" if late else str(error)
            raise NurseryLost(f"the zygote is lost: {reason}{self._last_words()}") from None
        if not data:
            raise NurseryLost(f"the zygote has ended{self._last_words()}")
        return json.loads(data), received

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""


_ADVICE: Final = "`autograder doctor` says what is missing"


def _package() -> tuple[Path, Path]:
    """This package's folder, and what the interpreter must search to find it."""
    folder = Path(autograder.__file__).resolve().parent
    return folder, folder.parent


def interpreter_paths() -> list[Path]:
    """What Python, its libraries and this package need to be readable.

    Never the whole of a folder in which a course may live: its hidden tests, its gradebook and
    everybody's submissions lie there.
    """
    package, parent = _package()
    # Beside an installed package lie libraries; beside one in a course lie its secrets.
    installed = parent.name in {"site-packages", "dist-packages"}
    # A virtual environment may have been made in the course folder itself.
    parts = [
        Path(prefix, name) for prefix in (sys.prefix, sys.base_prefix) for name in _PREFIX_PARTS
    ]
    return [*(part for part in parts if part.exists()), parent if installed else package]


def _command(descriptor: int) -> list[str]:
    _, parent = _package()
    start = (
        f"import sys; sys.path.append({str(parent)!r}); "
        f"from autograder.sealed.zygote import main; main({descriptor})"
    )
    # -P and -s: nothing from the current folder or from a home. Not -I, which would also
    # ignore the fixed hash seed.
    return [sys.executable, "-P", "-s", "-c", start]


def _environment() -> dict[str, str]:
    """Everything that a notebook can read of the environment, bar its home."""
    return {
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "TERM": "dumb",
        # As in the kernels of nbgrader; notebooks ask for it.
        "NBGRADER_EXECUTION": "autograde",
        # What git takes for an author who has not said who they are.
        "EMAIL": "student@localhost",
        # Each thread would otherwise reserve address space that its limit counts.
        "MALLOC_ARENA_MAX": "4",
    }
