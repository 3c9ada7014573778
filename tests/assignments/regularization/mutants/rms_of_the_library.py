# mistake: F.rms_norm is called.
# fails: rms-values
# %% norms
def layer_norm(x, weight, bias, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    mean = y.mean(-1, keepdim=True)
    var = ((y - mean) ** 2).mean(-1, keepdim=True)
    return ((y - mean) / torch.sqrt(var + eps) * weight + bias).to(x.dtype)


def rms_norm(x, weight, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    return F.rms_norm(y, y.shape[-1:], weight.to(y.dtype), eps).to(x.dtype)
