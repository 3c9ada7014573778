# mistake: The root is taken of the sum that is kept.
# fails: adagrad
# %% adaptive
def adagrad(theta, total, grad, lr, eps):
    total = torch.sqrt(total**2 + grad**2)
    theta = theta - lr * grad / (total + eps)
    return theta, total


def rmsprop(theta, average, grad, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * grad**2
    theta = theta - lr * grad / (average.sqrt() + eps)
    return theta, average
