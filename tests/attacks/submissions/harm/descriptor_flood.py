# wants: a system without room for open files
# honest: all

# %% + after setup
import os

held = []
try:
    while len(held) < 100_000:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
for descriptor in held:
    os.close(descriptor)
