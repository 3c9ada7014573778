# mistake: The squares are summed up in half precision, where they are infinite or lose their digits.
# fails: clip-half
# %% clip
def clip_by_global_norm(params, max_norm):
    grads = [p.grad for p in params if p.grad is not None]
    norm = math.sqrt(sum((g**2).sum().item() for g in grads))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    return norm
