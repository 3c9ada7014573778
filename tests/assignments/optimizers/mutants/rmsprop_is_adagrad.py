# mistake: Nothing is forgotten: squares are summed up as in AdaGrad.
# fails: rmsprop
# %% adaptive
def adagrad(theta, total, grad, lr, eps):
    total = total + grad**2
    theta = theta - lr * grad / (torch.sqrt(total) + eps)
    return theta, total


def rmsprop(theta, average, grad, lr, alpha, eps):
    average = average + grad**2
    theta = theta - lr * grad / (average.sqrt() + eps)
    return theta, average
