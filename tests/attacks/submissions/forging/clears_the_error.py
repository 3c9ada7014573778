# wants: every point, by clearing the output of the failed test after it ran

# %% normalise
from IPython.display import clear_output


def clear(*args):
    clear_output(wait=False)


get_ipython().events.register("post_run_cell", clear)
get_ipython().events.register("post_execute", clear)
