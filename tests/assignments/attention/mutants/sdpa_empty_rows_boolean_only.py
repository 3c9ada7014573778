# mistake: Queries that may attend to nothing are handled for boolean masks only.
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
    weights = torch.softmax(scores, -1)
    if mask is not None and mask.dtype == torch.bool:
        weights = torch.where(mask.any(-1, keepdim=True), weights, 0.0)
    return weights @ value, weights
