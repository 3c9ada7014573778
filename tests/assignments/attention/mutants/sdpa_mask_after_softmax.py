# mistake: The mask is applied to the weights, which then do not sum to one.
# fails: sdpa-boolean
# may fail: sdpa-fully-masked mha-masks csa-values csa-rotary decode decode-rotary
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = query @ key.transpose(-2, -1) * scale
    if mask is not None and mask.dtype != torch.bool:
        scores = scores + mask
    weights = softmax(scores, -1)
    if mask is not None and mask.dtype == torch.bool:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value, weights
