# wants: memory that nobody counts: pipes, sockets, descriptors in flight, page tables
# honest: all
# stock: it may exhaust the memory of the machine

# %% + after setup
import array, fcntl, mmap, os, socket

kept = []
try:
    for _ in range(100_000):
        reading, writing = os.pipe()
        kept += [reading, writing]
        os.set_blocking(writing, False)
        try:
            fcntl.fcntl(writing, 1031, 1 << 20)
        except OSError:
            pass
        try:
            os.write(writing, b"x" * (1 << 20))
        except OSError:
            pass
except OSError:
    pass
for descriptor in kept[:-40]:
    os.close(descriptor)
try:
    for _ in range(2000):
        left, right = socket.socketpair()
        left.setblocking(False)
        left.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 28)
        rights = array.array("i", [left.fileno(), right.fileno()] * 20)
        for _ in range(64):
            left.sendmsg([b"x" * 4096], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        right.close()
        left.close()
except OSError:
    pass
try:
    for _ in range(300):
        kept.append(mmap.mmap(-1, 1 << 32, mmap.MAP_SHARED | mmap.MAP_NORESERVE))
        for at in range(0, 1 << 32, 1 << 21):
            kept[-1][at] = 1
except (OSError, ValueError, MemoryError):
    pass
