# mistake: The step uses the sum before the present gradient.
# fails: adagrad
# %% adaptive
def adagrad(theta, total, grad, lr, eps):
    theta = theta - lr * grad / (torch.sqrt(total) + eps)
    total = total + grad**2
    return theta, total


def rmsprop(theta, average, grad, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * grad**2
    theta = theta - lr * grad / (average.sqrt() + eps)
    return theta, average
