# mistake: The rate is part of the velocity.
# fails: heavy-ball
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    velocity = momentum * velocity - lr * grad
    theta = theta + velocity
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * (grad + momentum * v)
    return theta, v
