# mistake: -1e9 stands for forbidden: a query that may attend to nothing attends to everything.
# fails: sdpa-fully-masked
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = query @ key.transpose(-2, -1) * scale
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -1e9)
        else:
            scores = scores + mask
    weights = softmax(scores, -1)
    return weights @ value, weights
