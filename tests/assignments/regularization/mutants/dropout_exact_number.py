# mistake: Exactly the share p is dropped in each call.
# fails: dropout-rate
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
        mask = torch.ones(x.numel(), dtype=x.dtype)
        mask[torch.randperm(x.numel())[: round(self.p * x.numel())]] = 0
        return x * mask.view(x.shape) / (1 - self.p)
