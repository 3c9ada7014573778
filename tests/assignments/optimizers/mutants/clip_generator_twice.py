# mistake: The iterable is walked through twice; a generator is empty the second time.
# fails: clip-iterables
# %% clip
def clip_by_global_norm(params, max_norm):
    total = 0.0
    for p in params:
        if p.grad is not None:
            total += (p.grad.double() ** 2).sum().item()
    norm = total**0.5
    if norm > max_norm:
        for p in params:
            if p.grad is not None:
                p.grad *= max_norm / norm
    return norm
