# mistake: Layer norm takes its statistics over all dimensions.
# fails: ln-values
# may fail: norm-precision norm-gradients
# %% norms
def layer_norm(x, weight, bias, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    mean, var = y.mean(), y.var(unbiased=False)
    return ((y - mean) / torch.sqrt(var + eps) * weight + bias).to(x.dtype)


def rms_norm(x, weight, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    return (y / torch.sqrt((y * y).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)
