# mistake: Feature i is paired with i + d/2 instead of its neighbour.
# fails: rope-values
# may fail: rope-precision
# %% rope
def rotary_embedding(x, positions, theta=10_000.0):
    dtype = torch.float64 if x.dtype == torch.float64 else torch.float32
    d = x.shape[-1]
    rates = theta ** (-torch.arange(0, d, 2, dtype=dtype) / d)
    angles = positions[..., None].to(dtype) * rates
    cos, sin = angles.cos(), angles.sin()
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1).to(x.dtype)
