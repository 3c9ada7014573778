"""Which user a sandbox runs as, and how it stops being root."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from autograder.sealed import kernel

__all__ = ["INSIDE", "become", "drop_capabilities", "map_to_inside", "spare_user"]

INSIDE: Final = 1000
"""The user and group id that code in a sandbox sees as its own."""

_SPARE: Final = 0x5EA10000
_SPARE_COUNT: Final = 0x10000
_LOW_SPARE: Final = range(61000, 64000)

_PR_SET_DUMPABLE: Final = 4
_PR_CAPBSET_DROP: Final = 24
_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_CLEAR_ALL: Final = 4
_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION: Final = 0x20080522


def spare_user(number: int) -> int:
    """A user id that nobody on the machine has, as far as its range of ids allows.

    Args:
        number: different numbers give different ids (up to some thousands).

    Raises:
        OSError: only root itself is mapped here.
    """
    spans = [
        (int(first), int(first) + int(count))
        for first, _, count in (
            line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()
        )
    ]
    for candidate in (
        _SPARE + number % _SPARE_COUNT,
        _LOW_SPARE[number % len(_LOW_SPARE)],
        65534,
    ):
        if any(first <= candidate < end for first, end in spans):
            return candidate
    raise OSError("no user but root exists in this container")


def become(user: int) -> None:
    """Give up root for `user`, for good.

    Raises:
        OSError: this process may not.
    """
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    # Otherwise /proc/self still belongs to root, and the maps could not be written.
    kernel.prctl(_PR_SET_DUMPABLE, 1)


def map_to_inside(user: int, group: int) -> None:
    """After `unshare(CLONE_NEWUSER)`: be `INSIDE` in the new namespace.

    Args:
        user: this process' user id in the namespace it left.
        group: its group id there.
    """
    kernel.prctl(_PR_SET_DUMPABLE, 1)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{INSIDE} {user} 1"),
        ("gid_map", f"{INSIDE} {group} 1"),
    ):
        # One write: the kernel takes a map only whole.
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def drop_capabilities() -> None:
    """Give up every capability for good, also for programs started later."""
    import ctypes

    last = int(_last_capability())
    for capability in range(last + 1):
        try:
            kernel.prctl(_PR_CAPBSET_DROP, capability)
        except PermissionError:
            # Without CAP_SETPCAP there is nothing that could be regained.
            break
    kernel.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    kernel.call("capset", _CAPSET[kernel.machine()], ctypes.byref(header), ctypes.byref(nothing))


def _last_capability() -> int:
    try:
        return int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    except OSError:
        return 40
