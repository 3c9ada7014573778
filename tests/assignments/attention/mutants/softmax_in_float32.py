# mistake: It computes in float32 whatever the input is.
# fails: softmax-values softmax-masked softmax-gradients
# may fail: sdpa-values sdpa-additive sdpa-fully-masked sdpa-gradients mha-gradients csa-values
#   block-gradients
# %% softmax
def softmax(x, dim):
    largest = x.amax(dim, keepdim=True)
    largest = largest.masked_fill(largest == -torch.inf, 0.0)
    weights = torch.exp((x - largest).float())
    total = weights.sum(dim, keepdim=True)
    return (weights / total.masked_fill(total == 0, 1.0)).to(x.dtype)
