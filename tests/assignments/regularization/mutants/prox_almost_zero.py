# mistake: Small numbers become tiny, not zero.
# fails: prox-values
# may fail: prox-step
# %% prox
def soft_threshold(v, threshold):
    return v * torch.clamp(1 - threshold / (v.abs() + 1e-12), min=1e-9)
