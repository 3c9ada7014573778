# mistake: Rows are keys and columns are queries.
# fails: causal-mask causal-window
# may fail: csa-values csa-rotary decode decode-rotary block-decode
# %% causal
def causal_mask(n_queries, n_keys, window=None):
    i = torch.arange(n_queries)[:, None] + n_keys - n_queries
    j = torch.arange(n_keys)[None, :]
    mask = j <= i
    if window is not None:
        mask = mask & (i - j < window)
    return mask.T
