# wants: a process that cannot end, by a finalizer and an exit handler without end
# honest: all

# %% + after setup
import atexit, threading, time


def wait():
    while True:
        time.sleep(1)


class Lingers:
    def __del__(self):
        wait()


atexit.register(wait)
threading.Thread(target=wait).start()
lingers = [Lingers()]
