# wants: the memory of a process that dies, in a file that stays
# honest: all

# %% + after setup
import ctypes, os, resource

try:
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
except (OSError, ValueError):
    pass
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
if os.fork() == 0:
    os.abort()
os.wait()
