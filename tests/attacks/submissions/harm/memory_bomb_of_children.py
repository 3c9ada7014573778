# wants: all of the machine's memory, taken by many children that stay below the limit each
# honest: all
# stock: it takes all memory

# %% + after setup
import os, time

for _ in range(24):
    if os.fork() == 0:
        hoard = bytearray(b"x") * (200 << 20)
        time.sleep(3600)
time.sleep(3600)
