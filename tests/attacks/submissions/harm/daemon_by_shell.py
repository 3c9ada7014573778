# wants: a process that outlives the notebook, started by a shell command
# honest: all

# %% + after setup
!(setsid sh -c 'echo @mark@ > /proc/self/comm; sleep 60; touch @outside@/late' >/dev/null 2>&1 &)
import subprocess

subprocess.Popen(["sh", "-c", "echo @mark@ > /proc/self/comm; sleep 60; true"], start_new_session=True)
