"""Seals a freshly forked process: after `seal` returns, hostile code may run in it."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self, final

from autograder.sealed import identity, kernel, landlock, limits, namespaces, seccomp
from autograder.sealed.levels import Mechanisms

__all__ = ["DEVICES", "Part", "Plan", "enter_home", "seal", "visible_paths"]

DEVICES: Final = tuple(Path("/dev", name) for name in ("null", "zero", "full", "random", "urandom"))

_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_BYTES_A_FILE: Final = 4096
_MINIMUM_FILES: Final = 1024

_WITHOUT_NAMESPACES: Final = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/fonts",
    "/etc/mime.types",
    "/etc/alternatives",
)


class Part(StrEnum):
    """Which of a notebook's two processes."""

    STUDENT = "student"
    JUDGE = "judge"


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """What one child is allowed.

    Args:
        part: student or judge.
        memory_bytes: beyond what it has at the start.
        cpu_seconds: of one process; a backstop.
        processes: at once, threads included.
        disk_bytes: in its scratch space, its first files not counted.
        first_bytes: size of its first files.
        scratch: without namespaces, a folder that is its own; empty otherwise.
        user: without namespaces and as root, the user id to become; 0 for none.
    """

    part: Part
    memory_bytes: int
    cpu_seconds: float
    processes: int
    disk_bytes: int
    first_bytes: int = 0
    scratch: str = ""
    user: int = 0

    @property
    def home(self) -> Path:
        """The working directory."""
        return Path(self.scratch or namespaces.SCRATCH, self.part)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(**{**data, "part": Part(data["part"])})


def visible_paths(readable: tuple[Path, ...]) -> list[Path]:
    """What a process without its own file system may read."""
    return [*readable, *(Path(path) for path in _WITHOUT_NAMESPACES)]


def enter_home(plan: Plan, mechanisms: Mechanisms, readable: tuple[Path, ...]) -> None:
    """Make the scratch space and go there."""
    space = plan.disk_bytes + plan.first_bytes
    if mechanisms.namespaces:
        files = max(_MINIMUM_FILES, space // _BYTES_A_FILE)
        namespaces.enter_child(plan.part, space, files, readable)
    else:
        if plan.user:
            identity.become(plan.user)
        for folder in (plan.home, Path(plan.scratch, "tmp")):
            folder.mkdir(mode=0o700, exist_ok=True)
        os.environ["TMPDIR"] = str(Path(plan.scratch, "tmp"))
    # Found out once by the zygote, where another folder could be written to.
    tempfile.tempdir = None
    os.environ["HOME"] = str(plan.home)
    os.chdir(plan.home)


def seal(plan: Plan, mechanisms: Mechanisms, readable: tuple[Path, ...]) -> dict[str, float]:
    """Give up everything that `plan` does not allow, for good, this process and its children.

    Must run in a process with one thread, after `enter_home`, with no descriptor open that the
    code to come may not have. The order matters: each step needs what the next one gives up.

    Args:
        plan: what is allowed.
        mechanisms: what the kernel offers.
        readable: paths outside the scratch space to read.

    Returns:
        Seconds by step.

    Raises:
        OSError: a step failed. The caller must end the process.
    """
    clock = _Stopwatch()
    # The supervisor, an ordinary user perhaps, reads this process' memory use; others are kept
    # from it by the process table, Landlock and seccomp.
    kernel.prctl(_PR_SET_DUMPABLE, 1)
    if mechanisms.level:
        identity.drop_capabilities()
    clock.lap("capabilities")
    limits.apply(
        memory_bytes=plan.memory_bytes,
        cpu_seconds=plan.cpu_seconds,
        processes=plan.processes,
        file_bytes=plan.disk_bytes + plan.first_bytes,
    )
    clock.lap("limits")
    kernel.prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if mechanisms.landlock:
        landlock.restrict(
            readable=[Path("/")] if mechanisms.namespaces else visible_paths(readable),
            writable=_writable(plan, mechanisms),
            devices=DEVICES,
        )
    clock.lap("landlock")
    if mechanisms.seccomp:
        seccomp.install(connect=mechanisms.namespaces)
    clock.lap("seccomp")
    return clock.laps


def _writable(plan: Plan, mechanisms: Mechanisms) -> list[Path]:
    if not mechanisms.namespaces:
        return [Path(plan.scratch)]
    return [plan.home, Path("/tmp"), Path("/dev/shm")]  # noqa: S108 - mounted for it alone


class _Stopwatch:
    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now
