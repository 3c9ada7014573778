# wants: a read-only bind of the system, made writable again
# honest: all
# stock: it changes mounts if it succeeds

# %% + after setup
import ctypes, os, sysconfig

libc = ctypes.CDLL(None, use_errno=True)
for place in ("/", "/usr", sysconfig.get_paths()["purelib"]):
    libc.mount(b"none", place.encode(), None, 32 | 4096, None)
    try:
        with open(f"{place}/@mark@", "w") as file:
            file.write("x")
        os.remove(f"{place}/@mark@")
        raise SystemError("it was writable")
    except OSError:
        pass
