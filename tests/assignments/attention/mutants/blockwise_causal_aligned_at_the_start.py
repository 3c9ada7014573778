# mistake: With fewer queries than keys, the queries are taken for the first positions.
# fails: blockwise-causal
# %% blockwise
def blockwise_attention(query, key, value, block_size, causal=False):
    n_q, n_k, d = query.shape[-2], key.shape[-2], query.shape[-1]
    m = torch.full(query.shape[:-1], -torch.inf, dtype=query.dtype)
    l = torch.zeros(query.shape[:-1], dtype=query.dtype)
    o = torch.zeros(*query.shape[:-1], value.shape[-1], dtype=query.dtype)
    i = torch.arange(n_q)[:, None]
    for start in range(0, n_k, block_size):
        k = key[..., start : start + block_size, :]
        v = value[..., start : start + block_size, :]
        scores = query @ k.transpose(-2, -1) / math.sqrt(d)
        if causal:
            j = start + torch.arange(k.shape[-2])
            scores = scores.masked_fill(j > i, -torch.inf)
        new_m = torch.maximum(m, scores.amax(-1))
        safe_m = torch.where(new_m == -torch.inf, 0.0, new_m)
        rescale = torch.exp(m - safe_m)
        p = torch.exp(scores - safe_m[..., None])
        l = l * rescale + p.sum(-1)
        o = o * rescale[..., None] + p @ v
        m = new_m
    return o / torch.where(l == 0, 1.0, l)[..., None], m + torch.log(l)
