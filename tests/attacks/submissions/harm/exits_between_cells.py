# wants: a notebook that ends early, so that nothing after is run
# honest: all

# %% + after setup
import os

os._exit(0)

# %% + after helper
raise SystemExit

# %% + after normalise
exit()

# %% + after softmax
quit(1)
