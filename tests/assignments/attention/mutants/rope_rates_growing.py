# mistake: The sign of the exponent is wrong: rates grow.
# fails: rope-values rope-theta
# may fail: rope-precision
# %% rope
def rotary_embedding(x, positions, theta=10_000.0):
    dtype = torch.float64 if x.dtype == torch.float64 else torch.float32
    d = x.shape[-1]
    rates = theta ** (torch.arange(0, d, 2, dtype=dtype) / d)
    angles = positions[..., None].to(dtype) * rates
    cos, sin = angles.cos(), angles.sin()
    a, b = x[..., 0::2], x[..., 1::2]
    y = torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1)
    return y.flatten(-2).to(x.dtype)
