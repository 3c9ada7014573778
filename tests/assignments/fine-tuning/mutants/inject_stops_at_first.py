# mistake: Only the first layer of each name is replaced.
# fails: inject-modules inject-frozen
# %% inject
def inject_lora(model: nn.Module, names: Sequence[str], r: int, alpha: float) -> nn.Module:
    model.requires_grad_(False)
    found = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if name in names and isinstance(child, nn.Linear)
    ]
    done = set()
    for parent, name, child in found:
        if name in done:
            continue
        done.add(name)
        setattr(parent, name, LoRALinear(child, r, alpha))
    return model
