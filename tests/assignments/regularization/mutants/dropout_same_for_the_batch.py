# mistake: All examples of the batch share one mask.
# fails: dropout-rate
# may fail: dropout-values dropout-gradients dropout-eval
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
        return x * (torch.rand(x.shape[1:]) >= self.p) / (1 - self.p)
