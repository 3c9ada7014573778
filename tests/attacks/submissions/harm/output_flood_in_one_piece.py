# wants: a notebook too large to open, by one huge output
# honest: all
# stock: it fills memory with its output

# %% + after setup
print("x" * (200 << 20))
