# mistake: Absolute gradients are summed up.
# fails: adagrad
# %% adaptive
def adagrad(theta, total, grad, lr, eps):
    total = total + grad.abs()
    theta = theta - lr * grad / (torch.sqrt(total) + eps)
    return theta, total


def rmsprop(theta, average, grad, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * grad**2
    theta = theta - lr * grad / (average.sqrt() + eps)
    return theta, average
