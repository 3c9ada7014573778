# mistake: The step uses the average before the present gradient.
# fails: rmsprop
# %% adaptive
def adagrad(theta, total, grad, lr, eps):
    total = total + grad**2
    theta = theta - lr * grad / (torch.sqrt(total) + eps)
    return theta, total


def rmsprop(theta, average, grad, lr, alpha, eps):
    theta = theta - lr * grad / (average.sqrt() + eps)
    average = alpha * average + (1 - alpha) * grad**2
    return theta, average
