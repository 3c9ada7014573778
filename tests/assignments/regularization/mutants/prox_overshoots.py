# mistake: Numbers smaller than the threshold change their sign instead of becoming zero.
# fails: prox-values
# may fail: prox-step
# %% prox
def soft_threshold(v, threshold):
    return v - threshold * torch.sign(v)
