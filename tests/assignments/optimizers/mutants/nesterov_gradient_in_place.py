# mistake: The gradient is changed in place.
# fails: momentum-inputs
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    velocity = momentum * velocity + grad
    theta = theta - lr * velocity
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * grad.add_(momentum * v)
    return theta, v
