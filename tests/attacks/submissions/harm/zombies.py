# wants: a process table full of children that nobody waits for
# honest: all
# stock: it fills the process table

# %% + after setup
import os

for _ in range(2000):
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        break
