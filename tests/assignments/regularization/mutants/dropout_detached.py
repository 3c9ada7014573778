# mistake: The result is a new tensor without a graph.
# fails: dropout-gradients
# %% dropout
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must lie between 0 and 1")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return torch.zeros_like(x)
        keep = torch.rand(x.shape) >= self.p
        y = torch.zeros_like(x)
        y[keep] = x.data[keep] / (1 - self.p)
        return y
