# wants: the machine's files, through the roots and descriptors of other processes
# honest: all

# %% + after setup
import os

for process in ("1", "@grader@", str(os.getppid())):
    for way in ("root", "cwd"):
        try:
            with open(f"/proc/{process}/{way}@outside@/escaped.txt", "w") as file:
                file.write("x")
        except OSError:
            pass
    try:
        for descriptor in os.listdir(f"/proc/{process}/fd"):
            try:
                with open(f"/proc/{process}/fd/{descriptor}/../@outside@/x", "w") as file:
                    file.write("x")
            except OSError:
                pass
    except OSError:
        pass
