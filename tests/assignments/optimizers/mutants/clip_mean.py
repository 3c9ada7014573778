# mistake: The mean of the squares is taken, not their sum.
# fails: clip-values
# may fail: clip-half clip-below clip-iterables
# %% clip
def clip_by_global_norm(params, max_norm):
    grads = [p.grad for p in params if p.grad is not None]
    total = 0.0
    for g in grads:
        total += (g.double() ** 2).mean().item()
    norm = total**0.5
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    return norm
