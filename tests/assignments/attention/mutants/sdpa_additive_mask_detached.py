# mistake: No gradient reaches an additive mask.
# fails: sdpa-additive
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = query @ key.transpose(-2, -1) * scale
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -torch.inf)
        else:
            scores = scores + mask.detach()
    weights = softmax(scores, -1)
    return weights @ value, weights
