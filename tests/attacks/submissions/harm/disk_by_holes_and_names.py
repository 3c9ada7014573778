# wants: a disk that is full or cannot be emptied: holes, names, attributes, folders without end
# honest: all
# stock: it makes folders so deep that they are hard to delete

# %% + after rows
import os


def tries(function, *arguments):
    try:
        return function(*arguments)
    except (OSError, ValueError):
        return None


hole = os.open("hole", os.O_RDWR | os.O_CREAT)
tries(os.ftruncate, hole, 1 << 50)
tries(os.posix_fallocate, hole, 0, 1 << 40)
tries(os.pwrite, hole, b"x", (1 << 40) - 1)
os.close(hole)
for number in range(300):
    tries(os.setxattr, "hole", f"user.{number}", b"x" * 60_000)
for number in range(3000):
    tries(os.link, "hole", f"link-{number}")
os.mkdir("shut")
open("shut/file", "w").close()
os.chmod("shut", 0)
start = os.getcwd()
for _ in range(3000):
    tries(os.mkdir, "d")
    if tries(os.chdir, "d") is None and not os.access(".", os.W_OK):
        break
os.chdir(start)
