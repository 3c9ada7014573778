# mistake: The state is kept without a copy, so that training goes on to change it.
# fails: early-restore
# %% early
class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.bad, self.state = float("inf"), 0, None

    def restore(self, model):
        model.load_state_dict(self.state)

    def step(self, loss, model):
        if loss < self.best - self.min_delta:
            self.best, self.bad, self.state = loss, 0, model.state_dict()
        else:
            self.bad += 1
        return self.bad >= self.patience
