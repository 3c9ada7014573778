# mistake: p is taken for the probability to keep.
# fails: dropout-values dropout-rate
# may fail: dropout-edges dropout-gradients dropout-eval
# %% dropout
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must lie between 0 and 1")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        mask = (torch.rand_like(x) < self.p).to(x.dtype)
        return mask * x / self.p if self.p > 0 else torch.zeros_like(x)
