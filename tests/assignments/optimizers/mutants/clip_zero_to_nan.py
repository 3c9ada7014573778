# mistake: A gradient of zero is divided by its norm.
# fails: clip-below
# %% clip
def clip_by_global_norm(params, max_norm):
    grads = [p.grad for p in params if p.grad is not None]
    total = 0.0
    for g in grads:
        total += (g.double() ** 2).sum().item()
    norm = total**0.5
    for g in grads:
        g.copy_(g / norm * min(norm, max_norm))
    return norm
