# mistake: The partner is always the next example.
# fails: mixup-partners
# %% mixup
def mixup(x, target, alpha):
    share = np.random.beta(alpha, alpha) if alpha > 0 else 1.0
    return share * x + (1 - share) * x.roll(1, 0), share * target + (1 - share) * target.roll(1, 0)
