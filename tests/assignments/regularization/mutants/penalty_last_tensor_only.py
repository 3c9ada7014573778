# mistake: The sum is started anew for each tensor.
# fails: penalty-l2
# %% penalties
def l2_penalty(parameters, strength):
    for w in parameters:
        total = 0
        total = total + (w**2).sum()
    return strength / 2 * total


def l1_penalty(parameters, strength):
    return strength * sum(w.abs().sum() for w in parameters)
