# mistake: einsum names exactly batch and heads.
# fails: sdpa-values sdpa-scale
# may fail: sdpa-boolean
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) * scale
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -torch.inf)
        else:
            scores = scores + mask
    weights = softmax(scores, -1)
    return weights @ value, weights
