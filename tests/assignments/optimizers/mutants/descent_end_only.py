# mistake: Only the last point is returned.
# fails: descent-values descent-path
# %% descent
def gradient_descent(gradient, start, lr, steps):
    path = [start.detach().clone()]
    for _ in range(steps):
        path.append(path[-1] - lr * gradient(path[-1]))
    return path[-1]
