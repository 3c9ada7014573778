# wants: output that no limit sees, written to the descriptors below the shell
# honest: all
# stock: it fills memory and disk with its output

# %% + after setup
import os

block = b"x" * (1 << 20)
for _ in range(500):
    os.write(1, block)
    os.write(2, block)
