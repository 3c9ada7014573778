# mistake: Negative numbers become zero too.
# fails: prox-values
# may fail: prox-step
# %% prox
def soft_threshold(v, threshold):
    return torch.relu(v - threshold)
