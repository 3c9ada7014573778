"""Namespaces: a file system, process table, network and user of their own."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from autograder.sealed import identity, kernel

__all__ = ["SCRATCH", "enter_child", "enter_zygote", "fork_in_new_process_table"]

SCRATCH: Final = "/notebook"
"""Where a sandboxed process finds its scratch space; its home is a folder below."""

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18
_MNT_DETACH: Final = 2
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4

_NEW_ROOT: Final = "/tmp"  # noqa: S108 - a mount point that exists everywhere; nothing is written
_ISOLATION: Final = kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
_OWN: Final = kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID

_SYSTEM: Final = ("usr", "bin", "sbin", "lib", "lib32", "lib64")
_SETTINGS: Final = (
    "etc/ld.so.cache",
    "etc/ld.so.conf",
    "etc/ld.so.conf.d",
    "etc/localtime",
    "etc/fonts",
    "etc/mime.types",
    "etc/alternatives",
)
_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_USERS: Final = f"student:x:{identity.INSIDE}:{identity.INSIDE}:student:/notebook/student:/bin/sh\n"
_GROUPS: Final = f"student:x:{identity.INSIDE}:\n"


def enter_zygote(readable: Iterable[Path], spare: int) -> None:
    """Leave the machine: a root of read-only binds, no network, no capability outside.

    Costs some milliseconds, once. Stops everything that needs a path, a process number or an
    address outside. Forks: the caller goes on as process 1 of a new process table, and the
    process that called waits and ends with it. Must run while there is one thread.

    Args:
        readable: what to bind besides the system's programs and libraries.
        spare: when root, which spare user to become.

    Raises:
        OSError: a step is not allowed here; the message names it.
    """
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        kernel.unshare(kernel.CLONE_NEWNS | _ISOLATION)
        # As root, because the interpreter may lie where only root can look.
        _build_root(readable)
        user = group = identity.spare_user(spare)
        identity.become(user)
        kernel.unshare(_OWN)
        identity.map_to_inside(user, group)
    else:
        kernel.unshare(_OWN | _ISOLATION)
        identity.map_to_inside(user, group)
        _build_root(readable)
    _fork_and_stay_behind()
    _move_in()


def _build_root(readable: Iterable[Path]) -> None:
    """Put together the new root, not entered yet.

    Paths keep their place; what lies around them is not there.
    """
    kernel.mount("none", "/", "", _MS_REC | _MS_PRIVATE)
    sources: list[tuple[str, int]] = []
    links: list[tuple[str, str]] = []
    for path in (*_roots(), *(str(item) for item in readable)):
        if Path(path).is_symlink() and path.count("/") == 1:
            links.append((path, str(Path(path).readlink())))
        elif Path(path).exists():
            sources.append((path, os.open(path, os.O_PATH | os.O_CLOEXEC)))
    kernel.mount("root", _NEW_ROOT, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755,size=16m")
    new = Path(_NEW_ROOT)
    try:
        for path, descriptor in sorted(sources):
            _bind(descriptor, new / path.lstrip("/"))
    finally:
        for _, descriptor in sources:
            os.close(descriptor)
    for path, goal in links:
        (new / path.lstrip("/")).symlink_to(goal)
    for name in ("proc", SCRATCH[1:], "tmp", "dev/shm", "zygote"):
        (new / name).mkdir(parents=True, exist_ok=True)
    for name, goal in (
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ):
        (new / "dev" / name).symlink_to(goal)
    (new / "etc").mkdir(exist_ok=True)
    (new / "etc" / "passwd").write_text(_USERS)
    (new / "etc" / "group").write_text(_GROUPS)
    (new / "etc" / "hosts").write_text("127.0.0.1 localhost\n")


def _roots() -> list[str]:
    return [f"/{name}" for name in (*_SYSTEM, *_SETTINGS)] + [f"/dev/{name}" for name in _DEVICES]


def _bind(descriptor: int, target: Path) -> None:
    if target.exists() and target.lstat().st_dev != Path(_NEW_ROOT).stat().st_dev:
        return  # inside of what is bound already
    _mount_onto(target, descriptor)
    attributes = _ATTR_NOSUID if "/dev/" in str(target) else _ATTR_NOSUID | _ATTR_NODEV
    kernel.set_mount_attributes(str(target), attributes | _ATTR_RDONLY)


def _mount_onto(target: Path, descriptor: int) -> None:
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    kernel.mount(f"/proc/self/fd/{descriptor}", str(target), "", _MS_BIND | _MS_REC)


def _fork_and_stay_behind() -> None:
    child = os.fork()
    if child == 0:
        return
    while True:
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _move_in() -> None:
    kernel.mount("proc", f"{_NEW_ROOT}/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    # A mount made by a more powerful user cannot become the root; a bind of it can.
    kernel.mount(_NEW_ROOT, _NEW_ROOT, "", _MS_BIND | _MS_REC)
    os.chdir(_NEW_ROOT)
    kernel.pivot_root(".", ".")
    kernel.umount(".", _MNT_DETACH)
    os.chdir("/")
    scratch = f"mode=0700,size=64m,uid={identity.INSIDE},gid={identity.INSIDE}"
    kernel.mount("zygote", "/zygote", "tmpfs", _MS_NOSUID | _MS_NODEV, scratch)
    kernel.mount("none", "/", "", _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)


def fork_in_new_process_table() -> int:
    """Fork a child that is process 1 of a new process table; like `os.fork` otherwise."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        kernel.unshare(kernel.CLONE_NEWPID)
        child = os.fork()
        if child:
            # A process whose children go elsewhere cannot start threads.
            kernel.setns(own, kernel.CLONE_NEWPID)
        return child
    finally:
        os.close(own)


def enter_child(home: str, disk_bytes: int, files: int, readable: Iterable[Path]) -> None:
    """Give a forked child a scratch space that ends with it, its own view of processes and its
    own user namespace, in which its processes are counted alone.

    Costs about 1 ms. One limit holds for the home, `/tmp` and `/dev/shm` together.

    Args:
        home: name of the home folder below `SCRATCH`.
        disk_bytes: what fits.
        files: how many files fit.
        readable: as for `enter_zygote`; what lies below `/tmp` stays in sight.
    """
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.umount("/zygote", _MNT_DETACH)
    kernel.mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    options = (
        f"mode=0755,size={disk_bytes},nr_inodes={files},uid={identity.INSIDE},gid={identity.INSIDE}"
    )
    kernel.mount("scratch", SCRATCH, "tmpfs", _MS_NOSUID | _MS_NODEV, options)
    for name, mode in ((home, 0o700), (".tmp", 0o1777), (".shm", 0o1777)):
        Path(SCRATCH, name).mkdir()
        Path(SCRATCH, name).chmod(mode)
    covered = [
        (path, os.open(path, os.O_PATH | os.O_CLOEXEC))
        for path in readable
        if path.is_relative_to("/tmp")  # noqa: S108 - what the new one would hide
    ]
    kernel.mount(f"{SCRATCH}/.tmp", "/tmp", "", _MS_BIND)  # noqa: S108 - its own
    kernel.mount(f"{SCRATCH}/.shm", "/dev/shm", "", _MS_BIND)  # noqa: S108 - its own
    for path, descriptor in covered:
        _mount_onto(path, descriptor)
        os.close(descriptor)
    kernel.unshare(kernel.CLONE_NEWUSER)
    identity.map_to_inside(identity.INSIDE, identity.INSIDE)
