# mistake: A slice of -inf gives NaN.
# fails: softmax-masked
# may fail: sdpa-fully-masked
# %% softmax
def softmax(x, dim):
    largest = x.amax(dim, keepdim=True)
    weights = torch.exp(x - largest)
    total = weights.sum(dim, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)
