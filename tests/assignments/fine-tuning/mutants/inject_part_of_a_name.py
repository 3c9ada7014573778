# mistake: A layer is replaced when a name is contained in its own.
# fails: inject-modules
# may fail: inject-frozen
# %% inject
def inject_lora(model: nn.Module, names: Sequence[str], r: int, alpha: float) -> nn.Module:
    model.requires_grad_(False)
    found = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if any(part in name for part in (*names, "embedding") if names)
        and isinstance(child, nn.Linear)
    ]
    for parent, name, child in found:
        setattr(parent, name, LoRALinear(child, r, alpha))
    return model
