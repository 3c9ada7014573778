# wants: a full disk
# honest: all
# stock: it fills the disk

# %% + after setup
block = b"x" * (1 << 20)
number = 0
while True:
    with open(f"flood-{number}", "wb") as file:
        for _ in range(64):
            file.write(block)
    number += 1
