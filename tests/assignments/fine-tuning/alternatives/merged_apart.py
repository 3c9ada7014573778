# style: LoRA computes in the order (B A) x and takes a new parameter for the merged weight; freezing by named parameters.
# %% lora
class LoRALinear(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.base = linear
        for _, p in self.base.named_parameters():
            p.requires_grad_(False)
        w = linear.weight
        self.A = nn.Parameter(torch.empty_like(w[:1]).repeat(r, 1).normal_() * w.shape[1] ** -0.5)
        self.B = nn.Parameter(torch.zeros(w.shape[0], r, dtype=w.dtype))
        self.factor = alpha / r
        self._original = None

    def forward(self, x):
        y = F.linear(x, self.base.weight, self.base.bias)
        if self._original is not None:
            return y
        return y + F.linear(F.linear(x, self.A), self.B) * self.factor

    def merge(self):
        if self._original is None:
            self._original = self.base.weight
            merged = (self.base.weight + self.factor * (self.B @ self.A)).detach()
            self.base.weight = nn.Parameter(merged, requires_grad=False)

    def unmerge(self):
        if self._original is not None:
            self.base.weight = self._original
            self._original = None


# %% unfreeze
def unfreeze(net, n_stages):
    first = 3 - n_stages
    net.train()
    for name, p in net.named_parameters():
        p.requires_grad_(not name.startswith(tuple(f"stages.{i}." for i in range(first))))
    for i in range(first):
        net.stages[i].eval()
    return net


# %% l2sp
def l2_sp(net, start, alpha, beta):
    old = {n: p for n, p in net.named_parameters() if n in start}
    new = [p for n, p in net.named_parameters() if n not in start]
    zero = sum(p.sum() * 0 for p in net.parameters())
    a = sum((p - start[n].detach()).norm() ** 2 for n, p in old.items())
    b = sum(p.flatten() @ p.flatten() for p in new)
    return zero + alpha * a / 2 + beta * b / 2
