# mistake: The window forgets that the queries are the last positions.
# fails: causal-window
# %% causal
def causal_mask(n_queries, n_keys, window=None):
    i = torch.arange(n_queries)[:, None] + n_keys - n_queries
    j = torch.arange(n_keys)[None, :]
    mask = j <= i
    if window is not None:
        mask = mask & (torch.arange(n_queries)[:, None] - j < window)
    return mask
