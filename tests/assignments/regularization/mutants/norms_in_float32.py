# mistake: Everything is computed in float32, float64 too.
# fails: norm-precision
# may fail: ln-values rms-values norm-gradients
# %% norms
def layer_norm(x, weight, bias, eps):
    y = x.float()
    mean, var = y.mean(-1, keepdim=True), y.var(-1, unbiased=False, keepdim=True)
    return ((y - mean) / torch.sqrt(var + eps) * weight.float() + bias.float()).to(x.dtype)


def rms_norm(x, weight, eps):
    y = x.float()
    return (y / torch.sqrt((y * y).mean(-1, keepdim=True) + eps) * weight.float()).to(x.dtype)
