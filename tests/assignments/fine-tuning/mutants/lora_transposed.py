# mistake: A and B are kept transposed.
# fails: lora-start lora-values lora-gradients lora-merge lora-unmerge
# may fail: inject-modules
# %% lora
class LoRALinear(nn.Module):
    def __init__(self, linear: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = linear.requires_grad_(False)
        weight = linear.weight
        self.A = nn.Parameter(
            torch.randn(linear.in_features, r).to(weight) / linear.in_features**0.5
        )
        self.B = nn.Parameter(weight.new_zeros(r, linear.out_features))
        self.scale = alpha / r
        self.unmerged: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        y = self.base(x)
        if self.unmerged is None:
            y = y + self.scale * (x @ self.A @ self.B)
        return y

    def merge(self) -> None:
        if self.unmerged is None:
            self.unmerged = self.base.weight.detach().clone()
            with torch.no_grad():
                self.base.weight += self.scale * (self.A @ self.B).T

    def unmerge(self) -> None:
        if self.unmerged is not None:
            with torch.no_grad():
                self.base.weight.copy_(self.unmerged)
            self.unmerged = None
