# style: Thinks in numpy: swapaxes, moveaxis, concatenate, np.arange, -np.inf.
# %% softmax
def softmax(x, dim):
    axis = (dim,) if isinstance(dim, int) else dim
    peak = torch.amax(x, dim=axis, keepdim=True)
    peak = torch.where(torch.isfinite(peak), peak, torch.zeros_like(peak))
    e = (x - peak).exp()
    z = e.sum(axis, True)
    return torch.where(z > 0, e / torch.where(z > 0, z, torch.ones_like(z)), torch.zeros_like(e))


# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    s = 1.0 / np.sqrt(query.shape[-1]) if scale is None else scale
    a = torch.matmul(query, torch.swapaxes(key, -1, -2)) * float(s)
    if mask is not None:
        a = (
            torch.where(mask, a, torch.full_like(a, -np.inf))
            if mask.dtype == torch.bool
            else a + mask
        )
    w = softmax(a, -1)
    return torch.matmul(w, value), w


# %% causal
def causal_mask(n_queries, n_keys, window=None):
    p = np.arange(n_keys - n_queries, n_keys).reshape(-1, 1)
    j = np.arange(n_keys).reshape(1, -1)
    ok = j <= p
    if window is not None:
        ok &= p - j <= window - 1
    return torch.from_numpy(ok)


# %% padding
def padding_mask(lengths, n_keys):
    ok = np.arange(n_keys)[None] < lengths.numpy()[:, None]
    return torch.from_numpy(ok[:, None, None, :])


# %% heads
def split_heads(x, n_heads):
    return torch.moveaxis(x.reshape(x.shape[0], x.shape[1], n_heads, -1), 2, 1)


def merge_heads(x):
    return torch.moveaxis(x, 1, 2).reshape(x.shape[0], x.shape[2], -1)


# %% rope
def rotary_embedding(x, positions, theta=10_000.0):
    kind = torch.float64 if x.dtype == torch.float64 else torch.float32
    inv = torch.as_tensor(1.0 / np.power(float(theta), np.arange(0, x.shape[-1], 2) / x.shape[-1]))
    phase = (positions.unsqueeze(-1).double() * inv).to(kind)
    phase = torch.repeat_interleave(phase, 2, dim=-1)
    y = x.to(kind)
    partner = torch.stack((-y[..., 1::2], y[..., ::2]), -1).reshape(y.shape)
    return (y * torch.cos(phase) + partner * torch.sin(phase)).to(x.dtype)
