# mistake: Partners are drawn with replacement, so that some examples are used twice.
# fails: mixup-values
# may fail: mixup-partners
# %% mixup
def mixup(x, target, alpha):
    share = np.random.beta(alpha, alpha) if alpha > 0 else 1.0
    partner = torch.randint(0, len(x), (len(x),))
    return share * x + (1 - share) * x[partner], share * target + (1 - share) * target[partner]
