# mistake: The variance is the mean of the squares minus the square of the mean, which cancels.
# fails: norm-precision
# %% norms
def layer_norm(x, weight, bias, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    mean = y.mean(-1, keepdim=True)
    var = ((y * y).mean(-1, keepdim=True) - mean * mean).clamp(min=0)
    return ((y - mean) / torch.sqrt(var + eps) * weight + bias).to(x.dtype)


def rms_norm(x, weight, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    return (y / torch.sqrt((y * y).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)
