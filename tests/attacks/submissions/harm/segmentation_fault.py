# wants: a grader that is lost with the process, by writing to address 0
# honest: all

# %% + after setup
import ctypes

ctypes.memset(0, 1, 1)
