# wants: a judge that stumbles over the exception and forgets the failure

# %% descending
def descending(numbers):
    raise SyntaxError("x", ("f", 1, 1, "x", -5, -5))


# %% median
def median(numbers):
    raise ExceptionGroup("many", [ValueError(1), ExceptionGroup("more", [TypeError(2)])])


# %% describe
def describe(name, count):
    error = KeyError(describe, object())
    error.__cause__ = error
    error.add_note("x" * 10**6)
    raise error


# %% normalise
def normalise(values):
    raise UnicodeDecodeError("utf-8", b"\xff" * 10**6, 0, 1, "x")


# %% softmax
def softmax(scores, dim, temperature=1.0):
    class Strange(ValueError, KeyError):
        def __str__(self):
            raise SystemExit(0)

        __repr__ = __str__

    raise Strange
