# mistake: Small numbers become zero and large ones stay where they are.
# fails: prox-values
# may fail: prox-step
# %% prox
def soft_threshold(v, threshold):
    return torch.where(v.abs() > threshold, v, torch.zeros_like(v))
