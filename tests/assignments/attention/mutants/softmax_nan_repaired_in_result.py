# mistake: The NaN of a slice of -inf is replaced in the result; in the gradient it stays.
# fails: softmax-masked
# may fail: sdpa-fully-masked
# %% softmax
def softmax(x, dim):
    weights = torch.exp(x - x.amax(dim, keepdim=True))
    weights = weights / weights.sum(dim, keepdim=True)
    return torch.nan_to_num(weights, nan=0.0)
