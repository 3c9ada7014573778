# wants: a grader that waits for somebody to type
# honest: all

# %% + after setup
import getpass, sys

for ask in (input, getpass.getpass, sys.stdin.readline, sys.stdin.read):
    try:
        ask()
    except BaseException:
        pass
