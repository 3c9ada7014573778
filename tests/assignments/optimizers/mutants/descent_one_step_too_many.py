# mistake: The loop runs once more than it should.
# fails: descent-values descent-path
# %% descent
def gradient_descent(gradient, start, lr, steps):
    path = [start.detach().clone()]
    for _ in range(steps + 1):
        path.append(path[-1] - lr * gradient(path[-1]))
    return torch.stack(path)
