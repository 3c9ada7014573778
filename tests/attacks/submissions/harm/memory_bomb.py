# wants: all of the machine's memory
# honest: all
# stock: it takes all memory

# %% + after setup
hoard = []
while True:
    hoard.append(bytearray(64 << 20))
