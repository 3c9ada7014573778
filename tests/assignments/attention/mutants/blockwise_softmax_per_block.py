# mistake: Softmax is taken in each block by itself and the results are added.
# fails: blockwise-values blockwise-causal blockwise-memory
# %% blockwise
def blockwise_attention(query, key, value, block_size, causal=False):
    n_q, n_k = query.shape[-2], key.shape[-2]
    i = torch.arange(n_q)[:, None] + n_k - n_q
    output, total, blocks = 0, 0, 0
    for start in range(0, n_k, block_size):
        k = key[..., start : start + block_size, :]
        scores = query @ k.transpose(-2, -1) / math.sqrt(query.shape[-1])
        if causal:
            scores = scores.masked_fill(start + torch.arange(k.shape[-2]) > i, -torch.inf)
        output = output + softmax(scores, -1) @ value[..., start : start + block_size, :]
        total = total + torch.exp(scores).sum(-1)
        blocks += 1
    return output / blocks, torch.log(total)
