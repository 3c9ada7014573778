# wants: a collector of files that follows links out of the notebook's folder
# honest: all
# stock: nbgrader sets the permissions of collected files through links, those of devices included

# %% + after setup
import os

for name, goal in (
    ("secret.txt", "@outside@/secret.txt"),
    ("target.ipynb", "@outside@/through_link.ipynb"),
    ("up", "../../.."),
    ("everything", "/"),
    ("pipe-target", "/proc/self/fd/0"),
):
    try:
        os.symlink(goal, name)
    except OSError:
        pass
os.mkfifo("pipe")
try:
    os.mknod("device", 0o60660, os.makedev(8, 0))
except OSError:
    pass
os.makedirs("/".join(["deep"] * 200), exist_ok=True)
open("name\nwith\x1b[2Jcontrols", "w").close()
