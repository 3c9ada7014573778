# mistake: The rate is divided by the number of the step.
# fails: descent-values
# %% descent
def gradient_descent(gradient, start, lr, steps):
    path = [start.detach().clone()]
    for t in range(steps):
        path.append(path[-1] - lr / (t + 1) * gradient(path[-1]))
    return torch.stack(path)
