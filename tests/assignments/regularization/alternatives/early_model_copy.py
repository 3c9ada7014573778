# style: A copy of the whole model is kept, and restored tensor by tensor in place.
# %% early
from copy import deepcopy


class EarlyStopping:
    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        self.patience, self.min_delta = patience, min_delta
        self.left = patience
        self.best = math.inf
        self.copy = None

    def step(self, loss: float, model: nn.Module) -> bool:
        if loss < self.best - self.min_delta:
            self.best, self.left, self.copy = float(loss), self.patience, deepcopy(model)
            return False
        self.left -= 1
        return self.left <= 0

    @torch.no_grad()
    def restore(self, model: nn.Module) -> None:
        mine, saved = model.state_dict(), self.copy.state_dict()
        for name in mine:
            mine[name].copy_(saved[name])
