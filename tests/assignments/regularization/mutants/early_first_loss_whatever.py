# mistake: The first loss becomes the best one even if it is NaN, which nothing is smaller than.
# fails: early-patience
# may fail: early-restore
# %% early
class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.bad, self.state = None, 0, None

    def step(self, loss, model):
        if self.best is None or loss < self.best - self.min_delta:
            self.best, self.bad = loss, 0
            self.state = {name: t.clone() for name, t in model.state_dict().items()}
        else:
            self.bad += 1
        return self.bad >= self.patience

    def restore(self, model):
        model.load_state_dict(self.state)
