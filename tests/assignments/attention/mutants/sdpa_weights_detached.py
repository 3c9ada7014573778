# mistake: The weights are detached: queries and keys get no gradient.
# fails: sdpa-additive sdpa-fully-masked sdpa-gradients
# may fail: mha-gradients csa-values block-gradients
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
    weights = softmax(scores, -1)
    return weights.detach() @ value, weights
