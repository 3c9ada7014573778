# mistake: The argument itself is changed.
# fails: prox-values
# %% prox
def soft_threshold(v, threshold):
    sign = v.sign()
    v.abs_().sub_(threshold).clamp_(min=0).mul_(sign)
    return v
