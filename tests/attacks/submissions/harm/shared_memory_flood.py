# wants: all of the machine's memory, as files in /dev/shm and /tmp and as anonymous files
# honest: all
# stock: it takes all memory

# %% + after setup
import os

block = b"x" * (1 << 20)
for place in ("/dev/shm/@mark@-flood", "/tmp/@mark@-flood"):
    try:
        with open(place, "wb") as file:
            for _ in range(600):
                file.write(block)
    except OSError:
        pass
try:
    descriptor = os.memfd_create("x")
    os.ftruncate(descriptor, 8 << 30)
    for _ in range(600):
        os.write(descriptor, block)
except OSError:
    pass
