# mistake: The penalties are Python numbers.
# fails: penalty-l2 penalty-l1
# %% penalties
def l2_penalty(parameters, strength):
    return strength / 2 * sum((w**2).sum().item() for w in parameters)


def l1_penalty(parameters, strength):
    return strength * sum(w.abs().sum().item() for w in parameters)
