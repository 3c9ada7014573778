# mistake: A new, random linear layer takes the place of the pretrained one.
# fails: inject-modules
# %% inject
def inject_lora(model: nn.Module, names: Sequence[str], r: int, alpha: float) -> nn.Module:
    model.requires_grad_(False)
    found = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if name in names and isinstance(child, nn.Linear)
    ]
    for parent, name, child in found:
        setattr(
            parent,
            name,
            LoRALinear(
                nn.Linear(
                    child.in_features,
                    child.out_features,
                    child.bias is not None,
                    dtype=child.weight.dtype,
                ),
                r,
                alpha,
            ),
        )
    return model
