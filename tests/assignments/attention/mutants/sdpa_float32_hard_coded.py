# mistake: It computes and returns float32 whatever the inputs are.
# fails: sdpa-values sdpa-scale sdpa-boolean sdpa-additive sdpa-fully-masked sdpa-gradients
#   sdpa-extremes
# may fail: mha-values mha-head-size mha-masks mha-gradients csa-values csa-rotary decode
#   decode-rotary block-values block-gradients block-decode
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    query, key, value = query.float(), key.float(), value.float()
    scores = query @ key.transpose(-2, -1) * scale
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -torch.inf)
        else:
            scores = scores + mask
    weights = softmax(scores, -1)
    return weights @ value, weights
