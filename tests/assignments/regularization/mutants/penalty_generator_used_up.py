# mistake: The parameters are counted first, which uses up a generator.
# fails: penalty-l2
# %% penalties
def l2_penalty(parameters, strength):
    print("tensors:", len(list(parameters)))
    total = 0
    for w in parameters:
        total = total + (w**2).sum()
    return strength / 2 * total


def l1_penalty(parameters, strength):
    return strength * sum(w.abs().sum() for w in parameters)
