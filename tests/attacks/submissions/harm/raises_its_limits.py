# wants: no limits
# honest: all
# stock: it takes all memory if it succeeds

# %% + after setup
import resource

for kind in range(16):
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        pass
hoard = []
while True:
    hoard.append(bytearray(64 << 20))
