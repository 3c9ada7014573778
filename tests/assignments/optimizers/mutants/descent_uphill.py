# mistake: The gradient is added.
# fails: descent-values
# %% descent
def gradient_descent(gradient, start, lr, steps):
    path = [start.detach().clone()]
    for _ in range(steps):
        path.append(path[-1] + lr * gradient(path[-1]))
    return torch.stack(path)
