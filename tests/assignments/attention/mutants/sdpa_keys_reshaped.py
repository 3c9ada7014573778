# mistake: The keys are reshaped where they should be transposed.
# fails: sdpa-values sdpa-scale sdpa-boolean sdpa-additive sdpa-fully-masked sdpa-gradients
#   sdpa-extremes
# may fail: mha-values mha-head-size mha-masks csa-values csa-rotary decode decode-rotary
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = query @ key.reshape(*key.shape[:-2], key.shape[-1], key.shape[-2]) * scale
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -torch.inf)
        else:
            scores = scores + mask
    weights = softmax(scores, -1)
    return weights @ value, weights
