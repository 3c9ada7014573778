# mistake: The argument is multiplied in place.
# fails: dropout-values
# may fail: dropout-gradients dropout-edges
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
        if self.p == 1:
            return x * 0
        x *= torch.rand(x.shape) >= self.p
        x /= 1 - self.p
        return x
