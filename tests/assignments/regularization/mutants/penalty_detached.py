# mistake: The penalties are computed from the data of the parameters, so that they have no gradient.
# fails: penalty-l2 penalty-l1
# %% penalties
def l2_penalty(parameters, strength):
    return strength / 2 * sum((w.data**2).sum() for w in parameters)


def l1_penalty(parameters, strength):
    return strength * sum(w.data.abs().sum() for w in parameters)
