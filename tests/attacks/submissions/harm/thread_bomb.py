# wants: a machine without room for threads
# honest: all
# stock: a thread bomb

# %% + after setup
import threading, time


def wait():
    time.sleep(3600)


while True:
    threading.Thread(target=wait, daemon=True).start()
