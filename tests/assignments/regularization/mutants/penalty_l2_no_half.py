# mistake: The half is missing in the L2 penalty.
# fails: penalty-l2
# %% penalties
def l2_penalty(parameters, strength):
    return strength * sum((w**2).sum() for w in parameters)


def l1_penalty(parameters, strength):
    return strength * sum(w.abs().sum() for w in parameters)
