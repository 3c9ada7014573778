# mistake: The sum loses its dimension and is broadcast along the wrong one.
# fails: softmax-values softmax-dims softmax-extremes softmax-masked softmax-gradients
# may fail: sdpa-values sdpa-scale sdpa-boolean sdpa-additive sdpa-fully-masked sdpa-gradients
#   sdpa-extremes mha-values mha-head-size mha-masks mha-gradients csa-values csa-rotary decode
#   decode-rotary block-values block-gradients block-decode
# %% softmax
def softmax(x, dim):
    largest = x.amax(dim, keepdim=True)
    largest = largest.masked_fill(largest == -torch.inf, 0.0)
    weights = torch.exp(x - largest)
    total = weights.sum(dim)
    return weights / total.masked_fill(total == 0, 1.0)
