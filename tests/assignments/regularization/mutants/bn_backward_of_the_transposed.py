# mistake: The number of features stands for the number of rows.
# fails: bn-backward-input
# %% bn-functions
def batch_norm_forward(x, weight, bias, eps):
    return weight * (x - x.mean(0)) / (x.var(0, correction=0) + eps).sqrt() + bias


def batch_norm_backward(grad_output, x, weight, eps):
    hat = (x - x.mean(0)) / (x.var(0, correction=0) + eps).sqrt()
    grad_weight, grad_bias = (grad_output * hat).sum(0), grad_output.sum(0)
    inner = grad_output - grad_bias / x.shape[1] - hat * grad_weight / x.shape[1]
    return weight * inner / (x.var(0, correction=0) + eps).sqrt(), grad_weight, grad_bias
