# mistake: The look-ahead uses the old velocity, which is the heavy ball again.
# fails: nesterov
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    velocity = momentum * velocity + grad
    theta = theta - lr * velocity
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * (grad + momentum * velocity)
    return theta, v
