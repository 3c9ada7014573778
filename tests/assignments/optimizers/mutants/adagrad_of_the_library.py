# mistake: A `torch.optim.Adagrad` is made for each step, and given the sum.
# fails: adagrad
# %% adaptive
def adagrad(theta, total, grad, lr, eps):
    p = nn.Parameter(theta.detach().clone())
    p.grad = grad.detach().clone()
    o = torch.optim.Adagrad([p], lr=lr, eps=eps)
    o.state[p]["sum"] = total.detach().clone()
    o.step()
    return p.detach(), o.state[p]["sum"]


def rmsprop(theta, average, grad, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * grad**2
    theta = theta - lr * grad / (average.sqrt() + eps)
    return theta, average
