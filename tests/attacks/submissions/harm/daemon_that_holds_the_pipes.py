# wants: a grader that waits for the end of output that a background process holds open
# honest: all

# %% + after setup
import subprocess

subprocess.Popen(["sleep", "60"], start_new_session=True, close_fds=False)
