# mistake: F.dropout is called.
# fails: dropout-values
# %% dropout
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must lie between 0 and 1")
        self.p = p

    def forward(self, x):
        return F.dropout(x, self.p, self.training)
