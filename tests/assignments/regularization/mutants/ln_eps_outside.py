# mistake: Layer norm adds eps to the standard deviation.
# fails: ln-values
# may fail: norm-precision norm-gradients
# %% norms
def layer_norm(x, weight, bias, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    mean, std = y.mean(-1, keepdim=True), y.std(-1, unbiased=False, keepdim=True)
    return ((y - mean) / (std + eps) * weight + bias).to(x.dtype)


def rms_norm(x, weight, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    return (y / torch.sqrt((y * y).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)
