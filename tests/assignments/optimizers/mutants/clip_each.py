# mistake: Each gradient is clipped by its own norm.
# fails: clip-values
# may fail: clip-half clip-iterables
# %% clip
def clip_by_global_norm(params, max_norm):
    total = 0.0
    for p in params:
        if p.grad is not None:
            norm = p.grad.norm().item()
            total += norm**2
            if norm > max_norm:
                p.grad *= max_norm / norm
    return total**0.5
