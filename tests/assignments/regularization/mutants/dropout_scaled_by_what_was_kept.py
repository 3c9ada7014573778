# mistake: What is kept is divided by the share that happened to be kept.
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
        mask = (torch.rand(x.shape) >= self.p).to(x.dtype)
        return x * mask / mask.mean().clamp(min=1e-6)
