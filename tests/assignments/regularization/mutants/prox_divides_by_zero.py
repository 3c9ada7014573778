# mistake: The shrinkage is a factor, which is NaN where the number is zero.
# fails: prox-values
# may fail: prox-step
# %% prox
def soft_threshold(v, threshold):
    return v * torch.clamp(1 - threshold / v.abs(), min=0)
