# mistake: The number of keys, not their size, decides the scale.
# fails: sdpa-values
# may fail: mha-values mha-head-size mha-masks csa-values csa-rotary decode decode-rotary
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(key.shape[-2])
    scores = query @ key.transpose(-2, -1) * scale
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -torch.inf)
        else:
            scores = scores + mask
    weights = softmax(scores, -1)
    return weights @ value, weights
