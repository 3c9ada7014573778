# mistake: All places share one new layer.
# fails: inject-modules
# may fail: inject-frozen
# %% inject
def inject_lora(model: nn.Module, names: Sequence[str], r: int, alpha: float) -> nn.Module:
    model.requires_grad_(False)
    found = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if name in names and isinstance(child, nn.Linear)
    ]
    shared = {}
    for parent, name, child in found:
        setattr(parent, name, shared.setdefault(name, LoRALinear(child, r, alpha)))
    return model
