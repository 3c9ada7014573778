# mistake: Zeros are returned only if nobody may attend to anything.
# fails: sdpa-fully-masked
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = query @ key.transpose(-2, -1) * scale
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -torch.inf)
        else:
            scores = scores + mask
    if mask is not None and mask.dtype == torch.bool and not mask.any():
        weights = torch.zeros_like(scores)
    else:
        weights = torch.softmax(scores, -1)
    return weights @ value, weights
