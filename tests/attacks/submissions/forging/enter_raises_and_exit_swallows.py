# wants: the points, by a context manager whose attributes raise and whose exit swallows that

# %% ledger
class Ledger:
    def __getattr__(self, name):
        raise AttributeError(name)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        return True
