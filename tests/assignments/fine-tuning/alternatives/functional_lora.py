# style: LoRA with einsum, the change applied to the input first, the merged state told by a flag, the old weight kept in a dictionary.
# %% lora
class LoRALinear(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.base = linear
        self.base.weight.requires_grad = False
        if linear.bias is not None:
            self.base.bias.requires_grad = False
        a = torch.normal(0.0, linear.in_features**-0.5, (r, linear.in_features))
        self.A = nn.Parameter(a.to(linear.weight.dtype))
        self.B = nn.Parameter(torch.zeros(linear.out_features, r).to(linear.weight.dtype))
        self.r = r
        self.alpha = float(alpha)
        self.saved = {}

    def forward(self, x):
        if self.saved:
            return self.base(x)
        low = torch.einsum("...i,ri->...r", x, self.A)
        change = torch.einsum("...r,or->...o", low, self.B)
        return self.base(x) + change * self.alpha / self.r

    @torch.no_grad()
    def merge(self):
        if not self.saved:
            self.saved["weight"] = torch.clone(self.base.weight)
            self.base.weight.add_(self.B.mm(self.A), alpha=self.alpha / self.r)

    @torch.no_grad()
    def unmerge(self):
        if self.saved:
            self.base.weight.copy_(self.saved.pop("weight"))


# %% inject
def inject_lora(model, names, r, alpha):
    for parameter in model.parameters():
        parameter.requires_grad = False

    def walk(module):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear) and name in names:
                setattr(module, name, LoRALinear(child, r, alpha))
            else:
                walk(child)

    walk(model)
    return model


# %% count
def trainable_parameters(model):
    return int(sum(np.prod(p.shape) for p in model.parameters() if p.requires_grad))
