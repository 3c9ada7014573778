# style: Attention one query at a time; blocks with log-sum-exp instead of maximum and sum.
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = query.shape[-1] ** -0.5
    n_queries, n_keys = query.shape[-2], key.shape[-2]
    if mask is not None:
        mask = torch.atleast_2d(mask)
        mask = mask.expand(*mask.shape[:-2], n_queries, n_keys)
    outputs, rows = [], []
    for i in range(n_queries):
        score = (query[..., i : i + 1, :] * key).sum(-1) * scale
        if mask is not None:
            row = mask[..., i, :]
            score = score.masked_fill(~row, -math.inf) if row.dtype == torch.bool else score + row
        weight = softmax(score, -1)
        rows.append(weight)
        outputs.append((weight.unsqueeze(-1) * value).sum(-2))
    return torch.stack(outputs, -2), torch.stack(rows, -2)


# %% blockwise
def blockwise_attention(query, key, value, block_size, causal=False):
    n_queries, n_keys, d = query.shape[-2], key.shape[-2], query.shape[-1]
    total = torch.full(query.shape[:-1], -math.inf, dtype=query.dtype)
    output = torch.zeros(*query.shape[:-1], value.shape[-1], dtype=query.dtype)
    for keys, values, numbers in zip(
        key.split(block_size, -2),
        value.split(block_size, -2),
        torch.arange(n_keys).split(block_size),
    ):
        scores = torch.matmul(query * d**-0.5, keys.mT)
        if causal:
            seen = numbers[None, :] - (n_keys - n_queries) <= torch.arange(n_queries)[:, None]
            scores = torch.where(seen, scores, -math.inf)
        top = scores.detach().amax(-1)
        top = torch.maximum(top, total.detach())
        top = top.masked_fill(top.isneginf(), 0.0)
        here = torch.exp(scores - top[..., None])
        before = torch.exp(total - top)
        both = before + here.sum(-1)
        safe = torch.where(both == 0, 1.0, both)
        output = (output * before[..., None] + here @ values) / safe[..., None]
        total = torch.where(both == 0, -math.inf, top + torch.log(safe))
    return output, total
