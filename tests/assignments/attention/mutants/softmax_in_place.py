# mistake: The maximum is subtracted from the argument in place.
# fails: softmax-masked softmax-gradients
# may fail: softmax-values softmax-dims softmax-extremes sdpa-additive sdpa-fully-masked
#   sdpa-gradients mha-gradients csa-values block-gradients
# %% softmax
def softmax(x, dim):
    largest = x.amax(dim, keepdim=True)
    largest = largest.masked_fill(largest == -torch.inf, 0.0)
    x -= largest
    weights = torch.exp(x)
    total = weights.sum(dim, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)
