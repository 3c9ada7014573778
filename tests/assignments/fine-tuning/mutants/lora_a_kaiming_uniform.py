# mistake: A starts as nn.Linear does, a third as large in variance.
# fails: lora-start
# %% lora
class LoRALinear(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.base = linear.requires_grad_(False)
        self.A = nn.Parameter(torch.empty(r, linear.in_features, dtype=linear.weight.dtype))
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        self.B = nn.Parameter(torch.zeros(linear.out_features, r, dtype=linear.weight.dtype))
        self.scale = alpha / r
        self.kept = None

    def forward(self, x):
        y = self.base(x)
        return y if self.kept is not None else y + self.scale * (x @ self.A.T @ self.B.T)

    def merge(self):
        if self.kept is None:
            self.kept = self.base.weight.detach().clone()
            with torch.no_grad():
                self.base.weight += self.scale * self.B @ self.A

    def unmerge(self):
        if self.kept is not None:
            with torch.no_grad():
                self.base.weight.copy_(self.kept)
            self.kept = None
