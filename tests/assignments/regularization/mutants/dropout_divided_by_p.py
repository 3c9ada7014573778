# mistake: The right share is dropped, but what is kept is divided by p.
# fails: dropout-values
# may fail: dropout-edges dropout-gradients
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
        mask = torch.rand_like(x) > self.p
        return x * mask / self.p if self.p else x * mask
