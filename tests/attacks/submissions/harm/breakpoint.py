# wants: a grader that waits at a debugger's prompt
# honest: all

# %% + after setup
try:
    breakpoint()
except BaseException:
    pass
