# wants: a grader that waits for ever without using its CPU time
# honest: all

# %% + after setup
import time

time.sleep(10**6)
