# wants: everything ended
# honest: all
# stock: it ends every process of the user

# %% + after setup
import os, signal

try:
    os.kill(-1, signal.SIGKILL)
except OSError:
    pass
