# mistake: Only keys are turned.
# fails: csa-rotary
# %% csa
class CausalSelfAttention(nn.Module):
    def __init__(self, d_model, n_heads, theta=None):
        super().__init__()
        self.n_heads = n_heads
        self.theta = theta
        self.qkv = nn.Linear(d_model, 3 * d_model, bias=False)
        self.out = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, cache=None):
        batch, n, d_model = x.shape
        qkv = self.qkv(x).reshape(batch, n, 3, self.n_heads, d_model // self.n_heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        past = 0 if cache is None else len(cache)
        if self.theta is not None:
            positions = torch.arange(past, past + n)
            k = rotary_embedding(k, positions, self.theta)
        if cache is not None:
            k, v = cache.append(k, v)
        mask = torch.ones(n, past + n, dtype=torch.bool).tril(diagonal=past)
        heads = F.scaled_dot_product_attention(q, k, v, mask)
        return self.out(heads.transpose(1, 2).reshape(batch, n, d_model))
