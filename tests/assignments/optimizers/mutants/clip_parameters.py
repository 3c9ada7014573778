# mistake: The parameters are scaled, not their gradients.
# fails: clip-values
# may fail: clip-half clip-iterables
# %% clip
def clip_by_global_norm(params, max_norm):
    params = [p for p in params if p.grad is not None]
    norm = sum((p.grad.double() ** 2).sum().item() for p in params) ** 0.5
    if norm > max_norm:
        for p in params:
            p.data *= max_norm / norm
    return norm
