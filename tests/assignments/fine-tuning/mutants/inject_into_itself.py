# mistake: The walk enters the new layers and wraps their inner layer again.
# fails: inject-modules
# %% inject
def inject_lora(model: nn.Module, names: Sequence[str], r: int, alpha: float) -> nn.Module:
    model.requires_grad_(False)
    depth = 0

    def walk(parent, depth):
        for name, child in list(parent.named_children()):
            if name in names and isinstance(child, nn.Linear):
                setattr(parent, name, LoRALinear(child, r, alpha))
            if depth < 6:
                walk(getattr(parent, name), depth + 1)

    walk(model, 0)
    return model
