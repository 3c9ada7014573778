# mistake: The path through the variance has the wrong sign.
# fails: bn-backward-input
# %% bn-functions
def batch_norm_forward(x, weight, bias, eps):
    mean = x.mean(0)
    var = ((x - mean) ** 2).mean(0)
    return weight * (x - mean) / torch.sqrt(var + eps) + bias


def batch_norm_backward(grad_output, x, weight, eps):
    mean = x.mean(0)
    std = torch.sqrt(((x - mean) ** 2).mean(0) + eps)
    hat = (x - mean) / std
    grad_weight = (grad_output * hat).sum(0)
    grad_bias = grad_output.sum(0)
    g = grad_output * weight
    return (g - g.mean(0) + hat * (g * hat).mean(0)) / std, grad_weight, grad_bias
