# mistake: Only direct children are replaced.
# fails: inject-modules inject-frozen
# %% inject
def inject_lora(model: nn.Module, names: Sequence[str], r: int, alpha: float) -> nn.Module:
    model.requires_grad_(False)
    found = [
        (parent, name, child)
        for parent in [model]
        for name, child in parent.named_children()
        if name in names and isinstance(child, nn.Linear)
    ]
    for parent, name, child in found:
        setattr(parent, name, LoRALinear(child, r, alpha))
    return model
