# mistake: No gradient flows through the statistics.
# fails: norm-gradients
# %% norms
def layer_norm(x, weight, bias, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    with torch.no_grad():
        mean, var = y.mean(-1, keepdim=True), y.var(-1, unbiased=False, keepdim=True)
    return ((y - mean) / torch.sqrt(var + eps) * weight + bias).to(x.dtype)


def rms_norm(x, weight, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    scale = torch.sqrt((y * y).mean(-1, keepdim=True) + eps).detach()
    return (y / scale * weight).to(x.dtype)
