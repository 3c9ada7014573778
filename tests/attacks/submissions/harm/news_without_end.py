# wants: a judge without memory, by what goes beside its answers: text, rebound names, leases, changes
# stock: it uses this project's code, which stock nbgrader does not have

# %% normalise
import gc


def beside(**parts):
    server = next(thing for thing in gc.get_objects() if type(thing).__name__ == "Server")
    news = {"text": [], "sync": [], "drop": [], "rebound": []} | parts
    server._extras = lambda: news


def normalise(values):
    beside(rebound=["normalise"] * 20_000)
    return values


# %% softmax
def softmax(scores, dim, temperature=1.0):
    beside(text=[("stdout", "x" * 1000)] * 5_000)
    return scores


# %% describe
def describe(name, count):
    beside(drop=[(key, 1 << 62) for key in range(5_000)])
    return {}


# %% median
def median(numbers):
    beside(sync=[(-1, None, False, True, True)] * 5_000)
    return 0


# %% total
def total(numbers):
    beside(drop=[(1, -(1 << 62)), (2, 1)], rebound=["close", "torch", "__builtins__", "\0"])
    return 0
