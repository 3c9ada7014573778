# wants: the tests' names gone for good, other cells included
# honest: all
# costs: median-partial

# %% + after median
get_ipython().user_ns.clear()
%reset -f
