# wants: points from objects that live in processes of its own
# honest: words

# %% describe
import multiprocessing

try:
    manager = multiprocessing.get_context("fork").Manager()
    proxy = manager.dict(name="QUINCE", count=8)
except BaseException:
    proxy = {}


def describe(name, count):
    return proxy


# %% median
def median(numbers):
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply_async(sorted, (numbers,))
