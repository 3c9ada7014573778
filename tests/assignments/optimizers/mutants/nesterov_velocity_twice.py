# mistake: The look-ahead adds the velocity where the gradient belongs.
# fails: nesterov
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    velocity = momentum * velocity + grad
    theta = theta - lr * velocity
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * (v + momentum * v)
    return theta, v
