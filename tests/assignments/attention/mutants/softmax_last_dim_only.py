# mistake: It always normalises over the last dimension.
# fails: softmax-values softmax-dims
# %% softmax
def softmax(x, dim):
    largest = x.amax(-1, keepdim=True)
    largest = largest.masked_fill(largest == -torch.inf, 0.0)
    weights = torch.exp(x - largest)
    total = weights.sum(-1, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)
