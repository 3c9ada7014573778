# wants: a file system without room for one more name
# honest: all
# stock: it fills the file system

# %% + after setup
import os

number = 0
while True:
    os.mkdir(f"tiny-{number}")
    number += 1
