# mistake: The look-ahead step is returned as the velocity.
# fails: nesterov
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    velocity = momentum * velocity + grad
    theta = theta - lr * velocity
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    v = grad + momentum * v
    theta = theta - lr * v
    return theta, v
