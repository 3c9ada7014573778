# mistake: The first mask is kept for all later calls.
# fails: dropout-rate
# may fail: dropout-gradients
# %% dropout
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must lie between 0 and 1")
        self.p = p
        self.mask = None

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 1:
            return x * 0
        if self.mask is None or self.mask.shape != x.shape:
            self.mask = torch.rand(x.shape) >= self.p
        return x * self.mask / (1 - self.p)
