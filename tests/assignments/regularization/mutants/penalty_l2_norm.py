# mistake: The L2 penalty is the norm, not its square.
# fails: penalty-l2
# %% penalties
def l2_penalty(parameters, strength):
    return strength / 2 * torch.sqrt(sum((w**2).sum() for w in parameters))


def l1_penalty(parameters, strength):
    return strength * sum(w.abs().sum() for w in parameters)
