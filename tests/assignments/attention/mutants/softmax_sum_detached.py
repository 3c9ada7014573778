# mistake: The sum is treated as a constant in the backward pass.
# fails: softmax-masked softmax-gradients
# may fail: sdpa-additive sdpa-fully-masked sdpa-gradients mha-gradients csa-values block-gradients
# %% softmax
def softmax(x, dim):
    largest = x.amax(dim, keepdim=True)
    largest = largest.masked_fill(largest == -torch.inf, 0.0)
    weights = torch.exp(x - largest)
    total = weights.sum(dim, keepdim=True).detach()
    return weights / total.masked_fill(total == 0, 1.0)
