# style: Leans on torch wherever the exercise allows it.
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    if scale is None:
        scale = 1.0 / math.sqrt(query.shape[-1])
    scores = torch.matmul(query, key.mT) * scale
    if mask is not None and mask.dtype == torch.bool:
        mask = torch.where(mask, 0.0, -torch.inf).to(scores.dtype)
    if mask is not None:
        scores = scores + mask
    alive = (scores > -torch.inf).any(-1, keepdim=True)
    weights = torch.softmax(torch.where(alive, scores, 0.0), -1) * alive
    return torch.matmul(weights, value), weights


# %% mha
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads, head_dim=None, bias=True):
        super().__init__()
        head_dim = head_dim if head_dim is not None else d_model // n_heads
        self.n_heads, self.head_dim = n_heads, head_dim
        self.qkv = nn.Linear(d_model, 3 * n_heads * head_dim, bias=bias)
        self.out = nn.Linear(n_heads * head_dim, d_model, bias=bias)

    def forward(self, x, mask=None):
        b, n, _ = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.n_heads, self.head_dim).unbind(2)
        y = F.scaled_dot_product_attention(
            q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), attn_mask=mask
        )
        return self.out(y.transpose(1, 2).contiguous().view(b, n, -1))


# %% causal
def causal_mask(n_queries, n_keys, window=None):
    mask = torch.ones(n_queries, n_keys, dtype=torch.bool).tril(n_keys - n_queries)
    if window is not None:
        mask = mask.triu(n_keys - n_queries - window + 1)
    return mask


# %% csa
class CausalSelfAttention(nn.Module):
    def __init__(self, d_model, n_heads, theta=None):
        super().__init__()
        self.n_heads, self.theta = n_heads, theta
        self.qkv = nn.Linear(d_model, 3 * d_model, bias=False)
        self.out = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, cache=None):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.n_heads, -1).transpose(1, 3).unbind(2)
        past = 0 if cache is None else len(cache)
        if self.theta is not None:
            positions = torch.arange(past, past + n)
            q, k = (rotary_embedding(t, positions, self.theta) for t in (q, k))
        if cache is None:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            k, v = cache.append(k, v)
            y = F.scaled_dot_product_attention(q, k, v, torch.ones(n, past + n).tril(past).bool())
        return self.out(y.transpose(1, 2).reshape(b, n, d))
