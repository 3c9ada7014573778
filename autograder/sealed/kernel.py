"""Linux system calls that the standard library does not offer, with errors as `OSError`."""

from __future__ import annotations

import ctypes
import os
import platform
from typing import Final

__all__ = [
    "ARCHITECTURES",
    "CLONE_NEWIPC",
    "CLONE_NEWNET",
    "CLONE_NEWNS",
    "CLONE_NEWPID",
    "CLONE_NEWUSER",
    "CLONE_NEWUTS",
    "call",
    "machine",
    "mount",
    "pivot_root",
    "prctl",
    "set_mount_attributes",
    "setns",
    "umount",
    "unshare",
]

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000

ARCHITECTURES: Final = ("x86_64", "aarch64")
"""Machines whose system call numbers this package knows."""

_AT_FDCWD: Final = -100
_AT_RECURSIVE: Final = 0x8000
_MOUNT_SETATTR: Final = 442
_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def machine() -> str:
    """The machine's architecture under the kernel's name for it."""
    name = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(name, name)


def _checked(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def call(name: str, number: int, *arguments: object) -> int:
    """Make one system call by number.

    Args:
        name: for the error message.
        number: on this machine.
        arguments: ctypes objects or integers.

    Raises:
        OSError: the kernel refused.
    """
    full = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    return _checked(int(_libc.syscall(ctypes.c_long(number), *full)), name)


def unshare(flags: int) -> None:
    """Leave the namespaces named by the `CLONE_NEW*` bits in `flags` for fresh ones."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace of `kind` (a `CLONE_NEW*` bit) behind an open descriptor."""
    _checked(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)), "setns")


def prctl(option: int, value: int = 0, pointer: object = None) -> int:
    """Change or read one property of the calling process."""
    unused = ctypes.c_ulong(0)
    third = unused if pointer is None else pointer
    result = _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), third, unused, unused)
    return _checked(result, f"prctl {option}")


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """Attach a file system or bind a folder; `flags` are the `MS_*` bits."""
    result = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode(),
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    _checked(result, f"mount {kind or 'bind'} on {target}")


def umount(target: str, flags: int = 0) -> None:
    """Unmount, with the arguments of umount2(2)."""
    _checked(_libc.umount2(target.encode(), ctypes.c_int(flags)), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root of this mount namespace and put the old one at `old`."""
    number = _PIVOT_ROOT[machine()]
    call("pivot_root", number, ctypes.c_char_p(new.encode()), ctypes.c_char_p(old.encode()))


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns", ctypes.c_uint64),
    )


def set_mount_attributes(target: str, attributes: int) -> None:
    """Set `MOUNT_ATTR_*` bits on a mount and every mount below it (Linux 5.12)."""
    wanted = _MountAttributes(attributes, 0, 0, 0)
    call(
        f"mount_setattr {target}",
        _MOUNT_SETATTR,
        _AT_FDCWD,
        ctypes.c_char_p(target.encode()),
        _AT_RECURSIVE,
        ctypes.byref(wanted),
        ctypes.sizeof(wanted),
    )
