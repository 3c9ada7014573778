# mistake: The present gradient is left out of the step.
# fails: nesterov
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    velocity = momentum * velocity + grad
    theta = theta - lr * velocity
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * (momentum * v)
    return theta, v
