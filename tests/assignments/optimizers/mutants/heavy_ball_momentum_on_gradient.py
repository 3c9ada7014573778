# mistake: The momentum multiplies the gradient instead of the velocity.
# fails: heavy-ball
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    velocity = velocity + momentum * grad
    theta = theta - lr * velocity
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * (grad + momentum * v)
    return theta, v
