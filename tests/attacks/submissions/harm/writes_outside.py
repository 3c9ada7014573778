# wants: files of other people changed, made and deleted
# honest: all

# %% + after setup
import os, shutil

for action in (
    lambda: open("@outside@/secret.txt", "a").write("x"),
    lambda: open("@outside@/new.txt", "w").write("x"),
    lambda: os.remove("@outside@/id_ed25519"),
    lambda: os.chmod("@outside@/secret.txt", 0),
    lambda: os.truncate("@outside@/secret.txt", 0),
    lambda: os.link("@outside@/secret.txt", "@outside@/linked"),
    lambda: os.symlink("/etc/passwd", "@outside@/link"),
    lambda: os.rename("@outside@/secret.txt", "@outside@/moved.txt"),
    lambda: os.mkdir("@outside@/folder"),
    lambda: os.utime("@outside@/secret.txt", (0, 0)),
    lambda: shutil.rmtree("@outside@"),
):
    try:
        action()
    except OSError:
        pass
