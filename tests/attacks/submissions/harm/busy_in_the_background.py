# wants: the CPU, by threads that go on when their cell is done
# stock: it uses the machine up for minutes

# %% + after setup
import os

if os.fork() == 0:
    while True:
        pass
