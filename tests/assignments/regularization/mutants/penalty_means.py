# mistake: Each tensor counts with the mean of its numbers, not with their sum.
# fails: penalty-l2 penalty-l1
# %% penalties
def l2_penalty(parameters, strength):
    return strength / 2 * sum((w**2).mean() for w in parameters)


def l1_penalty(parameters, strength):
    return strength * sum(w.abs().mean() for w in parameters)
