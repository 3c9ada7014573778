# style: Loops and lists, number by number where that is possible.
# %% softmax
def softmax(x, dim):
    dims = (dim,) if isinstance(dim, int) else tuple(dim)
    dims = [d % x.dim() for d in dims]
    rest = [d for d in range(x.dim()) if d not in dims]
    moved = x.permute(rest + dims)
    rows = moved.reshape(-1, math.prod(x.shape[d] for d in dims))
    out = []
    for row in rows:
        top = row.max()
        if top == -math.inf:
            out.append(torch.zeros_like(row))
            continue
        e = torch.exp(row - top)
        out.append(e / e.sum())
    result = torch.stack(out) if out else torch.zeros_like(rows)
    result = result.reshape(moved.shape)
    back = [0] * x.dim()
    for place, d in enumerate(rest + dims):
        back[d] = place
    return result.permute(back)


# %% causal
def causal_mask(n_queries, n_keys, window=None):
    mask = torch.zeros(n_queries, n_keys, dtype=torch.bool)
    for i in range(n_queries):
        here = i + n_keys - n_queries
        first = 0 if window is None else max(0, here - window + 1)
        if here >= 0:
            mask[i, first : here + 1] = True
    return mask


# %% padding
def padding_mask(lengths, n_keys):
    mask = torch.zeros(len(lengths), 1, 1, n_keys, dtype=torch.bool)
    for b, length in enumerate(lengths.tolist()):
        for j in range(length):
            mask[b, 0, 0, j] = True
    return mask


# %% heads
def split_heads(x, n_heads):
    size = x.shape[-1] // n_heads
    return torch.stack([x[:, :, h * size : (h + 1) * size] for h in range(n_heads)], dim=1)


def merge_heads(x):
    return torch.cat([x[:, h] for h in range(x.shape[1])], dim=-1)


# %% mha
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads, head_dim=None, bias=True):
        super().__init__()
        self.h = n_heads
        self.size = head_dim or d_model // n_heads
        self.qkv = nn.Linear(d_model, 3 * self.h * self.size, bias)
        self.out = nn.Linear(self.h * self.size, d_model, bias)

    def forward(self, x, mask=None):
        width = self.h * self.size
        everything = self.qkv(x)
        if mask is not None:
            mask = mask.expand(x.shape[0], self.h, x.shape[1], x.shape[1])
        results = []
        for h in range(self.h):
            a, b = h * self.size, (h + 1) * self.size
            q = everything[..., a:b]
            k = everything[..., width + a : width + b]
            v = everything[..., 2 * width + a : 2 * width + b]
            m = None if mask is None else mask[:, h]
            results.append(scaled_dot_product_attention(q, k, v, m)[0])
        return self.out(torch.cat(results, dim=-1))


# %% rope
def rotary_embedding(x, positions, theta=10_000.0):
    d = x.shape[-1]
    columns = []
    for i in range(d // 2):
        angle = positions.double() * theta ** (-2 * i / d)
        c, s = (
            torch.cos(angle).to(torch.promote_types(x.dtype, torch.float32)),
            torch.sin(angle).to(torch.promote_types(x.dtype, torch.float32)),
        )
        columns.append(x[..., 2 * i] * c - x[..., 2 * i + 1] * s)
        columns.append(x[..., 2 * i] * s + x[..., 2 * i + 1] * c)
    return torch.stack(columns, dim=-1).to(x.dtype)


# %% online
def online_softmax_step(state, scores, value):
    m, l, o = state
    for j in range(scores.shape[-1]):
        s = scores[..., j]
        top = torch.maximum(m, s)
        nothing = top == -math.inf
        safe = torch.where(nothing, torch.zeros_like(top), top)
        old, new = torch.exp(m - safe), torch.exp(s - safe)
        l = l * old + new
        o = o * old.unsqueeze(-1) + new.unsqueeze(-1) * value[..., j, :].unsqueeze(-2)
        m = top
    return m, l, o
