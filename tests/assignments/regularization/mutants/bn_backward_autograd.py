# mistake: Autograd does the work of the backward pass.
# fails: bn-backward-input bn-backward-parameters
# %% bn-functions
def batch_norm_forward(x, weight, bias, eps):
    mean = x.mean(0)
    var = ((x - mean) ** 2).mean(0)
    return weight * (x - mean) / torch.sqrt(var + eps) + bias


def batch_norm_backward(grad_output, x, weight, eps):
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        weight = weight.detach().requires_grad_()
        bias = torch.zeros_like(weight).requires_grad_()
        y = batch_norm_forward(x, weight, bias, eps)
        return torch.autograd.grad(y, (x, weight, bias), grad_output)
