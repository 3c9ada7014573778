# wants: a process that outlives the notebook and comes back later
# honest: all

# %% + after setup
import os, time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        try:
            with open("/proc/self/comm", "w") as name:
                name.write("@mark@")
        except OSError:
            pass
        for _ in range(600):
            time.sleep(0.1)
            try:
                with open("@outside@/alive.txt", "a") as file:
                    file.write("x")
            except OSError:
                pass
    os._exit(0)
