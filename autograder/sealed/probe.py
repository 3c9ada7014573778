"""Finds out what this machine offers for a sandbox, by trying each mechanism."""

from __future__ import annotations

import errno
import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, final

from autograder.sealed import identity, kernel, landlock, limits, namespaces, seccomp
from autograder.sealed.errors import EngineError
from autograder.sealed.levels import Level, Mechanisms

__all__ = ["Capabilities", "Finding", "choose", "probe"]

_SECONDS: Final = 60.0
_PR_SET_NO_NEW_PRIVS: Final = 38
_PROBE_DISK: Final = 1 << 20


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """What came of trying one mechanism.

    Args:
        mechanism: its name.
        ok: whether it works here.
        detail: what was seen.
        remedy: what to do where it does not work.
    """

    mechanism: str
    ok: bool
    detail: str
    remedy: str = ""


@final
@dataclass(frozen=True, slots=True)
class Capabilities:
    """Everything that was found.

    Args:
        findings: one a mechanism.
        mechanisms: what a sandbox here is made of.
        refusal: why not even limits can be had; empty if they can.
    """

    findings: tuple[Finding, ...]
    mechanisms: Mechanisms
    refusal: str = ""

    @property
    def level(self) -> Level:
        """The best level that this machine reaches."""
        return self.mechanisms.level


def probe() -> Capabilities:
    """Try every mechanism for real, in processes that end with the trial. Takes about 0.1 s."""
    if refusal := _unsupported():
        finding = Finding("platform", ok=False, detail=refusal, remedy=_USE_LINUX)
        return Capabilities((finding,), Mechanisms(False, False, False), f"{refusal}. {_USE_LINUX}")  # noqa: FBT003 - none of the three
    # A process of its own: a fork of the caller would have only one of its threads.
    package = str(Path(__file__).resolve().parents[2])
    code = (
        f"import sys; sys.path.append({package!r}); "
        "from autograder.sealed import probe; probe.try_everything()"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-P", "-s", "-c", code],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        cwd="/",
    )
    if done.returncode:
        raise EngineError(f"the machine could not be probed: {done.stderr.strip()[-500:]}")
    findings = tuple(Finding(**item) for item in json.loads(done.stdout))
    works = {finding.mechanism: finding.ok for finding in findings}
    mechanisms = _combined(works, namespaces=works["namespaces"])
    missing = [finding for finding in findings if finding.mechanism in _NEEDED and not finding.ok]
    refusal = "; ".join(f"{finding.mechanism}: {finding.detail}" for finding in missing)
    return Capabilities(findings, mechanisms, refusal)


def choose(found: Capabilities, required: Level, at_most: Level = Level.FULL) -> Mechanisms:
    """What to seal with.

    Args:
        found: what this machine offers.
        required: the least that will do.
        at_most: for measurements: use no more than this.

    Raises:
        EngineError: this machine does not reach `required`.
    """
    if found.refusal:
        raise EngineError(f"sealed grading is not possible here: {found.refusal}")
    mechanisms = found.mechanisms
    if at_most is Level.REDUCED and found.level is Level.FULL:
        works = {finding.mechanism: finding.ok for finding in found.findings}
        mechanisms = _combined(works, namespaces=False)
    if at_most is Level.UNSAFE:
        mechanisms = Mechanisms(False, False, False)  # noqa: FBT003 - none of the three
    if mechanisms.level < required:
        remedies = " ".join(
            f"{finding.mechanism}: {finding.detail}. {finding.remedy}."
            for finding in found.findings
            if not finding.ok
        )
        raise EngineError(
            f"the sandbox reaches only the level {mechanisms.level.name.lower()} here, and "
            f"{required.name.lower()} is required. {remedies}"
        )
    return mechanisms


def _combined(works: dict[str, bool], *, namespaces: bool) -> Mechanisms:
    """The best sandbox out of what works."""
    users = not namespaces and works.get(_SEPARATE_USERS, False)
    if not namespaces and _SEPARATE_USERS in works and not users:
        # Student code would run as root.
        return Mechanisms(False, False, False)  # noqa: FBT003 - none of the three
    return Mechanisms(namespaces, works["landlock"], works["seccomp"], separate_users=users)


_SEPARATE_USERS: Final = "separate users"
_USE_LINUX: Final = (
    "Grade on Linux: a virtual machine, a container (Docker Desktop, Podman) or WSL 2"
)
_NEEDED: Final = ("process descriptors", "limits")


def _unsupported() -> str:
    if sys.platform != "linux":
        return f"{platform.system()} has no mechanism that can hold student code"
    if kernel.machine() not in kernel.ARCHITECTURES:
        return f"the system calls of {kernel.machine()} are not known"
    return ""


def try_everything() -> None:
    """Try each mechanism and print what was found; for the process that `probe` starts."""
    findings = [
        _try(
            "namespaces",
            _use_namespaces,
            "user, mount, process, network and IPC namespaces",
            "Allow them: `sysctl -w user.max_user_namespaces=15000`; on Debian and Ubuntu also "
            "`kernel.unprivileged_userns_clone=1` and "
            "`kernel.apparmor_restrict_unprivileged_userns=0`; in Docker "
            "`--security-opt seccomp=unconfined --security-opt systempaths=unconfined`",
        ),
        _try(
            "landlock",
            _use_landlock,
            f"version {landlock.abi()}",
            "Use Linux 5.13 or newer with `landlock` in the `lsm=` boot parameter",
        ),
        _scoped(),
        _try(
            "seccomp",
            _use_seccomp,
            "dangerous system calls are refused",
            "Use a kernel with CONFIG_SECCOMP_FILTER",
        ),
        _try("limits", _use_limits, "memory, CPU, processes, files", "Raise the hard limits"),
        _try(
            "process descriptors",
            _use_pidfd,
            "processes are ended by descriptor",
            "Use Linux 5.4 or newer and mount /proc",
        ),
    ]
    if os.geteuid() == 0:
        findings.append(
            _try(
                _SEPARATE_USERS,
                _use_other_user,
                "one user id for each process; needed only without namespaces",
                "Install Python where every user can read it, and do not take CAP_SETUID away",
            )
        )
    print(json.dumps([asdict(finding) for finding in findings]))


def _try(name: str, attempt: Callable[[], None], detail: str, remedy: str) -> Finding:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            attempt()
            code = 0
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the finding
            os.write(writer, f"{type(error).__name__}: {error}".encode()[:1000])
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        problem = stream.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if status == 0:
        return Finding(name, ok=True, detail=detail)
    return Finding(name, ok=False, detail=problem or f"exit status {status}", remedy=remedy)


def _scoped() -> Finding:
    name = "landlock scopes"
    if landlock.abi() >= landlock.SCOPED_ABI:
        return Finding(name, ok=True, detail="signals and abstract sockets to outside are refused")
    return Finding(
        name,
        ok=False,
        detail=f"version {landlock.abi()} of Landlock does not hold back signals",
        remedy="Use Linux 6.12 or newer; with namespaces nothing is lost",
    )


def _use_namespaces() -> None:
    namespaces.enter_zygote([], os.getpid())
    child = namespaces.fork_in_new_process_table()
    if child == 0:
        code = 1
        try:
            namespaces.enter_child("probe", _PROBE_DISK, 64, [])
            code = 0 if os.getpid() == 1 else 1
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status:
        raise OSError("a nested namespace could not be made")


def _use_landlock() -> None:
    kernel.prctl(_PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict(readable=[], writable=[], devices=[])
    try:
        next(Path("/").iterdir())
    except PermissionError:
        return
    raise OSError("it is on and refuses nothing")


def _use_seccomp() -> None:
    kernel.prctl(_PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install(connect=True)
    try:
        socket.socket(socket.AF_INET).close()
    except PermissionError:
        return
    raise OSError("it is on and refuses nothing")


def _use_limits() -> None:
    limits.apply(memory_bytes=1 << 26, cpu_seconds=10, processes=10, file_bytes=1 << 20)
    try:
        bytearray(1 << 28)
    except MemoryError:
        return
    raise OSError("a limit on memory does not hold")


def _use_pidfd() -> None:
    descriptor = os.pidfd_open(os.getpid())
    os.close(descriptor)
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        raise OSError(errno.ENOENT, "the kernel does not list child processes")


def _use_other_user() -> None:
    identity.become(identity.spare_user(os.getpid()))
    for folder in (Path(sys.prefix, "lib"), Path(os.__file__).parent):
        next(folder.iterdir())
