# mistake: Biases are left out of the penalty.
# fails: penalty-l2 penalty-l1
# %% penalties
def l2_penalty(parameters, strength):
    return strength / 2 * sum((w**2).sum() for w in parameters if w.dim() > 1)


def l1_penalty(parameters, strength):
    return strength * sum(w.abs().sum() for w in parameters if w.dim() > 1)
