# mistake: The smallest score is subtracted instead of the largest.
# fails: softmax-extremes
# may fail: sdpa-extremes
# %% softmax
def softmax(x, dim):
    largest = x.amin(dim, keepdim=True)
    largest = largest.masked_fill(largest == -torch.inf, 0.0)
    weights = torch.exp(x - largest)
    total = weights.sum(dim, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)
