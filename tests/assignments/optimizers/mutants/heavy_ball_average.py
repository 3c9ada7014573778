# mistake: The velocity is an average: the gradient is weighted with 1 - momentum.
# fails: heavy-ball
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    velocity = momentum * velocity + (1 - momentum) * grad
    theta = theta - lr * velocity
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * (grad + momentum * v)
    return theta, v
