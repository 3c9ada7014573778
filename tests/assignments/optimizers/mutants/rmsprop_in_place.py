# mistake: The average is changed in place.
# fails: adaptive-inputs
# %% adaptive
def adagrad(theta, total, grad, lr, eps):
    total = total + grad**2
    theta = theta - lr * grad / (torch.sqrt(total) + eps)
    return theta, total


def rmsprop(theta, average, grad, lr, alpha, eps):
    average.mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
    theta = theta - lr * grad / (average.sqrt() + eps)
    return theta, average
