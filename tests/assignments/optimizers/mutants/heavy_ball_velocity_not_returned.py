# mistake: The old velocity is returned.
# fails: heavy-ball
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    theta = theta - lr * (momentum * velocity + grad)
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * (grad + momentum * v)
    return theta, v
