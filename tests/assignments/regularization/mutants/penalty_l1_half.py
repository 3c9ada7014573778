# mistake: The L1 penalty has a half too.
# fails: penalty-l1
# %% penalties
def l2_penalty(parameters, strength):
    return strength / 2 * sum((w * w).sum() for w in parameters)


def l1_penalty(parameters, strength):
    return strength / 2 * sum(w.abs().sum() for w in parameters)
