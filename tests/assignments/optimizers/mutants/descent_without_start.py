# mistake: The start is not part of the path.
# fails: descent-values descent-path
# %% descent
def gradient_descent(gradient, start, lr, steps):
    path = [start.detach().clone()]
    for _ in range(steps):
        path.append(path[-1] - lr * gradient(path[-1]))
    return torch.stack(path[1:]) if steps else path[0].new_zeros(0, *start.shape)
