# mistake: F.cross_entropy is called.
# fails: soft-ce-values
# %% soft-ce
def soft_cross_entropy(logits, target):
    return F.cross_entropy(logits, target)
