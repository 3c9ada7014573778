# mistake: Scores are computed by blocks, but all blocks are kept and joined.
# fails: blockwise-memory
# %% blockwise
def blockwise_attention(query, key, value, block_size, causal=False):
    n_q, n_k = query.shape[-2], key.shape[-2]
    i = torch.arange(n_q)[:, None] + n_k - n_q
    blocks = []
    for start in range(0, n_k, block_size):
        k = key[..., start : start + block_size, :]
        scores = query @ k.transpose(-2, -1) / math.sqrt(query.shape[-1])
        if causal:
            scores = scores.masked_fill(start + torch.arange(k.shape[-2]) > i, -torch.inf)
        blocks.append(scores)
    scores = torch.cat(blocks, dim=-1)
    empty = (scores == -torch.inf).all(-1, keepdim=True)
    weights = torch.where(empty, 0.0, torch.softmax(torch.where(empty, 0.0, scores), -1))
    return weights @ value, torch.logsumexp(scores, -1)
