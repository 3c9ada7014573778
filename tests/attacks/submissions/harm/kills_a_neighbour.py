# wants: another process of this machine ended
# honest: all

# %% + after setup
import os, signal

for process in ("@victim@",):
    try:
        os.kill(int(process), signal.SIGKILL)
    except OSError:
        pass
