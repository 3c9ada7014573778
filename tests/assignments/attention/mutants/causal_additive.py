# mistake: The mask is made of 0 and -inf instead of booleans.
# fails: causal-mask causal-window
# %% causal
def causal_mask(n_queries, n_keys, window=None):
    i = torch.arange(n_queries)[:, None] + n_keys - n_queries
    j = torch.arange(n_keys)[None, :]
    mask = j <= i
    if window is not None:
        mask = mask & (i - j < window)
    return torch.zeros(n_queries, n_keys).masked_fill(~mask, -torch.inf)
