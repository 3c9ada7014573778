# style: Blocks of queries as well as of keys, blocks of the future skipped, state in float32 at least.
# %% blockwise
def blockwise_attention(query, key, value, block_size, causal=False):
    n_queries, n_keys = query.size(-2), key.size(-2)
    kind = torch.promote_types(query.dtype, torch.float32)
    rows = 1024
    outputs, sums = [], []
    for first in range(0, n_queries, rows):
        q = query[..., first : first + rows, :].to(kind)
        here = torch.arange(first, first + q.size(-2)) + n_keys - n_queries
        m = q.new_full(q.shape[:-1], -torch.inf)
        l = torch.zeros_like(m)
        o = q.new_zeros(*q.shape[:-1], value.size(-1))
        for start in range(0, n_keys, block_size):
            if causal and start > here[-1]:
                break
            k = key[..., start : start + block_size, :].to(kind)
            s = q @ k.transpose(-1, -2) / k.size(-1) ** 0.5
            if causal:
                there = torch.arange(start, start + k.size(-2))
                s = s.masked_fill(there[None] > here[:, None], -torch.inf)
            m, l, o = online_softmax_step(
                (m, l, o), s, value[..., start : start + block_size, :].to(kind)
            )
        outputs.append(o / l.clamp(min=torch.finfo(kind).tiny)[..., None])
        sums.append(m + l.log())
    return torch.cat(outputs, -2).to(query.dtype), torch.cat(sums, -1).to(query.dtype)


# %% online
def online_softmax_step(state, scores, value):
    old, l, o = state
    with torch.no_grad():
        new = torch.cat([old[..., None], scores], -1).max(-1)[0]
        base = torch.nan_to_num(new, neginf=0.0)
    factor = (old - base).exp()
    e = (scores - base.unsqueeze(-1)).exp()
    return new, factor * l + e.sum(-1), factor.unsqueeze(-1) * o + torch.matmul(e, value)
