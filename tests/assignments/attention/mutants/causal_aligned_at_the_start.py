# mistake: With fewer queries than keys, the queries are taken for the first positions.
# fails: causal-mask causal-window
# may fail: decode decode-rotary
# %% causal
def causal_mask(n_queries, n_keys, window=None):
    i = torch.arange(n_queries)[:, None]
    j = torch.arange(n_keys)[None, :]
    mask = j <= i
    if window is not None:
        mask = mask & (i - j < window)
    return mask
