# style: Deep copies, the losses in a list, the wait computed from it.
# %% early
import copy


class EarlyStopping:
    def __init__(self, patience, min_delta=0):
        self.patience = patience
        self.min_delta = min_delta
        self.losses = []
        self.best_at = -1
        self.best_loss = None
        self.best_state = None

    def step(self, loss, model):
        self.losses.append(loss)
        first = self.best_loss is None and not math.isnan(loss)
        if first or (self.best_loss is not None and self.best_loss - loss > self.min_delta):
            self.best_loss = loss
            self.best_at = len(self.losses) - 1
            self.best_state = copy.deepcopy(model.state_dict())
        return len(self.losses) - 1 - self.best_at >= self.patience

    def restore(self, model):
        model.load_state_dict(copy.deepcopy(self.best_state))
