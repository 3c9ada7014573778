# mistake: The scale is applied at test time, as in the first paper: that is not inverted dropout.
# fails: dropout-values dropout-eval
# may fail: dropout-gradients
# %% dropout
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must lie between 0 and 1")
        self.p = p

    def forward(self, x):
        if self.training:
            return x * torch.bernoulli(torch.full_like(x, 1 - self.p))
        return x * (1 - self.p)
