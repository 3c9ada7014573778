# style: The cache keeps a list of pieces; keys are cached before they are turned, and all are turned in every step.
# %% cache
class KVCache:
    def __init__(self):
        self.pieces = []

    def __len__(self):
        return sum(key.size(-2) for key, _ in self.pieces)

    def append(self, key, value):
        self.pieces.append((key, value))
        keys, values = zip(*self.pieces)
        return torch.cat(keys, -2), torch.cat(values, -2)


# %% csa
class CausalSelfAttention(nn.Module):
    def __init__(self, d_model, n_heads, theta=None):
        super().__init__()
        assert d_model % n_heads == 0
        self.n_heads = n_heads
        self.theta = theta
        self.qkv = nn.Linear(d_model, 3 * d_model, bias=False)
        self.out = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, cache=None):
        if cache is None:
            cache = KVCache()
        past, new = len(cache), x.size(1)
        q, k, v = [split_heads(t, self.n_heads) for t in self.qkv(x).split(x.size(-1), dim=-1)]
        k, v = cache.append(k, v)
        if self.theta is not None:
            q = rotary_embedding(q, torch.arange(past, past + new), self.theta)
            k = rotary_embedding(k, torch.arange(past + new), self.theta)
        y, _ = scaled_dot_product_attention(q, k, v, causal_mask(new, past + new))
        return self.out(merge_heads(y))
