# mistake: A small number is added to the norm.
# fails: clip-values
# %% clip
def clip_by_global_norm(params, max_norm):
    grads = [p.grad for p in params if p.grad is not None]
    total = 0.0
    for g in grads:
        total += (g.double() ** 2).sum().item()
    norm = total**0.5
    if norm > max_norm:
        for g in grads:
            g *= max_norm / (norm + 1e-6)
    return norm
