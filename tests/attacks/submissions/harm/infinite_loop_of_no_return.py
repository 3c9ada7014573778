# wants: a loop that no interrupt ends
# honest: all

# %% + after setup
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
