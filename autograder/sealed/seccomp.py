"""A seccomp filter: system calls that no notebook needs and an attack does."""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
from typing import Final

from autograder.sealed import kernel

__all__ = ["REFUSED", "compile_filter", "install"]

_Numbers = tuple[int | None, int | None]
"""On x86_64 and on aarch64."""

REFUSED: Final[dict[str, _Numbers]] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "adjtimex": (159, 171),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "personality": (135, 92),
    "lookup_dcookie": (212, 18),
    "vhangup": (153, 58),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # Without namespaces these reach every process of the user, the grader itself included.
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
}
_ATTRIBUTES: Final[dict[str, _Numbers]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
}
"""Landlock does not look at these, so without a file system of one's own they would reach every
file of the same user. They do nothing there, and say that they did: copying a file calls them."""

_OWNERS: Final[dict[str, _Numbers]] = {
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
}
"""Nor at these, which no notebook needs."""

_SOCKET: Final = (41, 198)
_SOCKETPAIR: Final = (53, 199)
_CONNECT: Final = (42, 203)
_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)
_PRLIMIT: Final = (302, 261)
_NEWEST: Final = 450
"""Calls that came after this package are answered "not there", which libraries expect."""

_NAMESPACE_BITS: Final = 0x7E020000
_AUDIT_ARCH: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_LOAD, _EQUAL, _GREATER, _BITS, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER_AT, _ARCH_AT, _ARGUMENT_AT = 0, 4, 16
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_ERRNO: Final = 0x00050000

_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _refuse(error: int) -> bytes:
    return _step(_RETURN, _ERRNO | error)


def compile_filter(machine: str, *, connect: bool) -> bytes:
    """The filter as BPF instructions.

    Args:
        machine: one of `kernel.ARCHITECTURES`.
        connect: whether a process may connect to UNIX sockets that have a path, and change
            attributes of files: yes when it has its own file system, no when the machine's
            sockets and files are in sight.
    """
    column = kernel.ARCHITECTURES.index(machine)
    steps = [
        _step(_LOAD, _ARCH_AT),
        _step(_EQUAL, _AUDIT_ARCH[machine], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        # The numbers of the x32 ABI are larger too.
        _step(_GREATER, _NEWEST, 0, 1),
        _refuse(errno.ENOSYS),
        _step(_EQUAL, _CLONE3[column], 0, 1),
        _refuse(errno.ENOSYS),
    ]
    numbers = [pair[column] for pair in REFUSED.values()]
    silent: list[int | None] = []
    if not connect:
        numbers += [_CONNECT[column], *(pair[column] for pair in _OWNERS.values())]
        silent = [pair[column] for pair in _ATTRIBUTES.values()]
    for number in numbers:
        if number is not None:
            steps += [_step(_EQUAL, number, 0, 1), _refuse(errno.EPERM)]
    for number in silent:
        if number is not None:
            steps += [_step(_EQUAL, number, 0, 1), _refuse(0)]
    for number in (_SOCKET[column], _SOCKETPAIR[column]):
        steps += [
            _step(_EQUAL, number, 0, 4),
            _step(_LOAD, _ARGUMENT_AT),
            _step(_EQUAL, socket.AF_UNIX, 1, 0),
            _refuse(errno.EACCES),
            _step(_RETURN, _ALLOW),
        ]
    steps += [
        _step(_EQUAL, _CLONE[column], 0, 4),
        _step(_LOAD, _ARGUMENT_AT),
        _step(_BITS, _NAMESPACE_BITS, 0, 1),
        _refuse(errno.EPERM),
        _step(_RETURN, _ALLOW),
        # Limits of oneself only: the same uid may run the other process of the notebook.
        _step(_EQUAL, _PRLIMIT[column], 0, 3),
        _step(_LOAD, _ARGUMENT_AT),
        _step(_EQUAL, 0, 1, 0),
        _refuse(errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]
    return b"".join(steps)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def install(*, connect: bool) -> None:
    """Filter the system calls of this process and its children for good.

    Costs 0.3 to 0.8 ms. Stops every socket but UNIX ones, reading and changing other processes,
    mounts, new namespaces, keyrings, bpf, io_uring, perf, memory files, System V and POSIX
    queues. Refused calls fail with an error instead of killing, because libraries probe for
    them. `no_new_privs` must be set.

    Raises:
        OSError: the kernel refused, or has no filter for this machine.
    """
    machine = kernel.machine()
    if machine not in kernel.ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no system call table for {machine}")
    code = ctypes.create_string_buffer(compile_filter(machine, connect=connect))
    program = _Program((len(code) - 1) // 8, ctypes.addressof(code))
    kernel.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program))
