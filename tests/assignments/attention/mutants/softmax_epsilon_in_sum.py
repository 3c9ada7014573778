# mistake: A small number in the denominator prevents NaN and makes all weights too small.
# fails: softmax-values
# may fail: sdpa-values sdpa-fully-masked
# %% softmax
def softmax(x, dim):
    largest = x.amax(dim, keepdim=True)
    largest = largest.masked_fill(largest == -torch.inf, 0.0)
    weights = torch.exp(x - largest)
    total = weights.sum(dim, keepdim=True)
    return weights / (total + 1e-8)
