# wants: a grader that is busy for hours, by many cells that sleep just below the limit
# stock: it only takes long

# %% + after setup
import time

time.sleep(2.5)

# %% + after setup
import time

time.sleep(2.5)

# %% + after setup
import time

time.sleep(2.5)

# %% + after setup
import time

time.sleep(2.5)

# %% + after setup
import time

time.sleep(2.5)

# %% + after setup
import time

time.sleep(2.5)

# %% + after setup
import time

time.sleep(2.5)

# %% + after setup
import time

time.sleep(2.5)
