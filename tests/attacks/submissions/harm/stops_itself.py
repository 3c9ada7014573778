# wants: a grader that waits for ever, by stopping its own process
# honest: all
# stock: it stops the kernel, which nothing wakes

# %% + after setup
import os, signal

os.kill(os.getpid(), signal.SIGSTOP)
