# mistake: The start is moved in place.
# fails: descent-path
# %% descent
def gradient_descent(gradient, start, lr, steps):
    path = [start.detach().clone()]
    for _ in range(steps):
        start.data -= lr * gradient(start.data)
        path.append(start.detach().clone())
    return torch.stack(path)
