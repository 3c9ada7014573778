# mistake: The scale is r / alpha.
# fails: lora-values
# %% lora
class LoRALinear(nn.Module):
    def __init__(self, linear: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = linear.requires_grad_(False)
        weight = linear.weight
        self.A = nn.Parameter(
            torch.randn(r, linear.in_features).to(weight) / linear.in_features**0.5
        )
        self.B = nn.Parameter(weight.new_zeros(linear.out_features, r))
        self.scale = r / alpha
        self.unmerged: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        y = self.base(x)
        if self.unmerged is None:
            y = y + self.scale * (x @ self.A.T @ self.B.T)
        return y

    def merge(self) -> None:
        if self.unmerged is None:
            self.unmerged = self.base.weight.detach().clone()
            with torch.no_grad():
                self.base.weight += self.scale * self.B @ self.A

    def unmerge(self) -> None:
        if self.unmerged is not None:
            with torch.no_grad():
                self.base.weight.copy_(self.unmerged)
            self.unmerged = None
