# mistake: The maximum of the whole tensor is subtracted, so that rows far below it vanish.
# fails: softmax-extremes
# may fail: softmax-values sdpa-values sdpa-extremes
# %% softmax
def softmax(x, dim):
    largest = x.max()
    largest = largest.masked_fill(largest == -torch.inf, 0.0)
    weights = torch.exp(x - largest)
    total = weights.sum(dim, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)
