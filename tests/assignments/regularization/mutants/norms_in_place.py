# mistake: The argument is centred in place.
# fails: ln-values norm-gradients
# %% norms
def layer_norm(x, weight, bias, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    y -= y.mean(-1, keepdim=True)
    return (y / torch.sqrt((y * y).mean(-1, keepdim=True) + eps) * weight + bias).to(x.dtype)


def rms_norm(x, weight, eps):
    y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    return (y / torch.sqrt((y * y).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)
