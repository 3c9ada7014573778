# mistake: -inf is replaced by a large finite number, so that an empty slice is uniform.
# fails: softmax-masked
# may fail: sdpa-fully-masked
# %% softmax
def softmax(x, dim):
    x = x.clamp(min=torch.finfo(x.dtype).min / 2)
    weights = torch.exp(x - x.amax(dim, keepdim=True))
    return weights / weights.sum(dim, keepdim=True)
