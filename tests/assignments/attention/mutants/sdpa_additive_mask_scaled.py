# mistake: The additive mask is added before the scores are scaled.
# fails: sdpa-additive
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = query @ key.transpose(-2, -1)
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = torch.where(mask, scores * scale, -torch.inf)
        else:
            scores = (scores + mask) * scale
    else:
        scores = scores * scale
    weights = softmax(scores, -1)
    return weights @ value, weights
