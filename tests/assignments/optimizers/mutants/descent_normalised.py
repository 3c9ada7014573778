# mistake: The gradient is divided by its length, so that every step is as long as the rate.
# fails: descent-values
# %% descent
def gradient_descent(gradient, start, lr, steps):
    path = [start.detach().clone()]
    for _ in range(steps):
        g = gradient(path[-1])
        path.append(path[-1] - lr * g / (g.norm() + 1e-12))
    return torch.stack(path)
