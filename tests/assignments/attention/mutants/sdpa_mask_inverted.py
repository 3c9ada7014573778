# mistake: True is taken for "must not attend".
# fails: sdpa-boolean
# may fail: sdpa-fully-masked mha-masks csa-values csa-rotary decode decode-rotary
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = query @ key.transpose(-2, -1) * scale
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(mask, -torch.inf)
        else:
            scores = scores + mask
    weights = softmax(scores, -1)
    return weights @ value, weights
