# mistake: Every entry of the path is the same tensor, changed in place.
# fails: descent-values descent-path
# %% descent
def gradient_descent(gradient, start, lr, steps):
    x = start.detach().clone()
    path = [x]
    for _ in range(steps):
        x -= lr * gradient(x)
        path.append(x)
    return torch.stack(path)
