# mistake: Parameter and velocity are changed in place.
# fails: momentum-inputs
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    velocity.mul_(momentum).add_(grad)
    theta.sub_(lr * velocity)
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * (grad + momentum * v)
    return theta, v
