# mistake: A scale of zero is taken for a missing one, and the given scale multiplies the default.
# fails: sdpa-scale sdpa-boolean sdpa-additive sdpa-fully-masked sdpa-gradients sdpa-extremes
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    scale = (scale or 1.0) / math.sqrt(query.shape[-1])
    scores = query @ key.transpose(-2, -1) * scale
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -torch.inf)
        else:
            scores = scores + mask
    weights = softmax(scores, -1)
    return weights @ value, weights
