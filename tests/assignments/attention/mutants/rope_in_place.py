# mistake: The input is turned in place.
# fails: rope-precision
# may fail: rope-values rope-theta rope-positions csa-rotary decode-rotary block-values
#   block-gradients block-decode
# %% rope
def rotary_embedding(x, positions, theta=10_000.0):
    dtype = torch.float64 if x.dtype == torch.float64 else torch.float32
    d = x.shape[-1]
    rates = theta ** (-torch.arange(0, d, 2, dtype=dtype) / d)
    angles = positions[..., None].to(dtype) * rates
    cos, sin = angles.cos(), angles.sin()
    a, b = x[..., 0::2], x[..., 1::2]
    x[..., 0::2], x[..., 1::2] = (a * cos - b * sin).to(x.dtype), (a * sin + b * cos).to(x.dtype)
    return x
