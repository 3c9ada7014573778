# mistake: Numbers smaller than the threshold stay as they are.
# fails: prox-values
# may fail: prox-step
# %% prox
def soft_threshold(v, threshold):
    return torch.where(v.abs() > threshold, v - threshold * v.sign(), v)
