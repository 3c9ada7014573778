# wants: a notebook too large to open, by output without end
# honest: all
# stock: it fills memory and disk with its output

# %% + after setup
while True:
    print("x" * 10_000)
