# wants: the machine, by namespaces, mounts, chroot, setuid and capabilities
# honest: all
# stock: it changes mounts if it succeeds

# %% + after setup
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
done = [
    libc.unshare(0x10000000),
    libc.unshare(0x00020000),
    libc.unshare(0x40000000),
    libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
    libc.umount2(b"/proc", 2),
    libc.chroot(b"/"),
    libc.setuid(0),
    libc.setgid(0),
    libc.pivot_root(b".", b".") if hasattr(libc, "pivot_root") else -1,
    libc.syscall(425, 8, 0),
    libc.syscall(321, 0, 0, 0),
    libc.syscall(298, 0, 0, 0, 0, 0),
    libc.syscall(435, 0, 0),
    libc.syscall(319, b"x", 0),
    libc.syscall(428, -100, b"/", 1),
]
for path in (
    "/proc/sys/kernel/core_pattern",
    "/proc/self/oom_score_adj",
    "/sys/kernel/x",
    "/proc/sysrq-trigger",
    "/dev/mem",
    "/dev/sda",
    "/proc/1/root/etc/x",
):
    try:
        open(path, "w").write("x")
    except OSError:
        pass
