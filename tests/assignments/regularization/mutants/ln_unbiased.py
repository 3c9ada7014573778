# mistake: Layer norm divides the variance by d - 1.
# fails: ln-values
# may fail: norm-precision norm-gradients
# %% norms
def layer_norm(x, weight, bias, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    mean, std = y.mean(-1, keepdim=True), y.var(-1, keepdim=True)
    return ((y - mean) / torch.sqrt(std + eps) * weight + bias).to(x.dtype)


def rms_norm(x, weight, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    return (y / torch.sqrt((y * y).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)
