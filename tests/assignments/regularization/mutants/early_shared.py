# mistake: All instances share the best loss and the count.
# fails: early-patience
# may fail: early-delta early-restore
# %% early
class EarlyStopping:
    best = float("inf")
    memory = {"bad": 0, "best": float("inf"), "state": None}

    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta

    def step(self, loss, model):
        memory = self.memory
        if loss < memory["best"] - self.min_delta:
            memory.update(
                best=loss, bad=0, state={n: t.clone() for n, t in model.state_dict().items()}
            )
        else:
            memory["bad"] += 1
        return memory["bad"] >= self.patience

    def restore(self, model):
        model.load_state_dict(self.memory["state"])
