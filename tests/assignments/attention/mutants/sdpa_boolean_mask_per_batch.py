# mistake: A boolean mask gets an extra dimension for the heads, which only masks of one shape need.
# fails: sdpa-boolean
# may fail: sdpa-fully-masked mha-masks csa-values csa-rotary decode decode-rotary block-values
#   block-gradients block-decode
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = query @ key.transpose(-2, -1) * scale
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask.unsqueeze(1), -torch.inf)
        else:
            scores = scores + mask
    weights = softmax(scores, -1)
    return weights @ value, weights
