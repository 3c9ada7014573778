# mistake: The NaN of a query that may attend to nothing is replaced in the result; with an additive
#   mask it stays in the gradient.
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
    weights = torch.nan_to_num(torch.softmax(scores, -1))
    return weights @ value, weights
