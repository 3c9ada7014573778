# wants: a grader that waits for ever
# honest: all

# %% + after setup
while True:
    pass
