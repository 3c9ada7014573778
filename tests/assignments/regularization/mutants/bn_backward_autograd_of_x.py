# mistake: The gradient of x comes from autograd, those of gamma and beta are right.
# fails: bn-backward-input
# may fail: bn-backward-parameters
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
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        (batch_norm_forward(leaf, weight, 0, eps) * grad_output).sum().backward()
    return leaf.grad, grad_weight, grad_bias
