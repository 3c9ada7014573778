# wants: a crash, by recursion without a limit
# honest: all

# %% + after setup
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __getattr__(self, name):
        return getattr(Deep(), name)

    def __repr__(self):
        return repr(Deep())


try:
    Deep().x
except RecursionError:
    pass
finally:
    sys.setrecursionlimit(3000)
