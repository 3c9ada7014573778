# wants: a grader that is busy for hours, by many cells that end the process and are run again
# stock: it only takes long

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)

# %% + after setup
import os, time

time.sleep(0.3)
os._exit(0)
