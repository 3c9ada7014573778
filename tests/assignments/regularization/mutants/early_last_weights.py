# mistake: The weights are saved at each step.
# fails: early-restore
# %% early
class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.bad, self.state = float("inf"), 0, None

    def restore(self, model):
        model.load_state_dict(self.state)

    def step(self, loss, model):
        self.state = {name: t.clone() for name, t in model.state_dict().items()}
        if loss < self.best - self.min_delta:
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        return self.bad >= self.patience
