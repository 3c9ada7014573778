# mistake: The queries are scaled in place.
# fails: sdpa-fully-masked sdpa-gradients
# may fail: sdpa-values sdpa-scale sdpa-boolean sdpa-additive sdpa-extremes mha-values mha-head-size
#   mha-masks mha-gradients csa-values decode block-values block-gradients block-decode
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    query *= scale
    scores = query @ key.transpose(-2, -1)
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -torch.inf)
        else:
            scores = scores + mask
    weights = softmax(scores, -1)
    return weights @ value, weights
