# mistake: The step uses the velocity before the update.
# fails: heavy-ball
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    theta = theta - lr * velocity
    velocity = momentum * velocity + grad
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * (grad + momentum * v)
    return theta, v
