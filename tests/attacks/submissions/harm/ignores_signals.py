# wants: a process that cannot be ended, by ignoring and blocking every signal
# honest: all
# stock: it does not end when it is told to

# %% + after setup
import os, signal

os.setsid() if os.getpid() != os.getsid(0) else None
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True:
    pass
