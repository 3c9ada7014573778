# mistake: The whole matrix of scores is made; block_size is ignored.
# fails: blockwise-memory
# %% blockwise
def blockwise_attention(query, key, value, block_size, causal=False):
    n_q, n_k = query.shape[-2], key.shape[-2]
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if causal:
        i = torch.arange(n_q)[:, None] + n_k - n_q
        scores = scores.masked_fill(torch.arange(n_k) > i, -torch.inf)
    largest = scores.amax(-1, keepdim=True)
    largest = torch.where(largest == -torch.inf, 0.0, largest)
    weights = torch.exp(scores - largest)
    total = weights.sum(-1, keepdim=True)
    output = weights @ value / torch.where(total == 0, 1.0, total)
    return output, (largest + torch.log(total)).squeeze(-1)
