# wants: core files and a lost grader, by abort and a broken heap
# honest: all
# stock: it may leave core files on the machine

# %% + after setup
import ctypes, resource

try:
    resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
except ValueError:
    pass
ctypes.CDLL(None).abort()
