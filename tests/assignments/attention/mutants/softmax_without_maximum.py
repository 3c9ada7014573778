# mistake: The maximum is not subtracted: large scores overflow.
# fails: softmax-extremes
# may fail: sdpa-extremes
# %% softmax
def softmax(x, dim):
    weights = torch.exp(x)
    total = weights.sum(dim, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)
