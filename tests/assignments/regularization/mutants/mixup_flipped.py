# mistake: The batch is mixed with itself in reverse order.
# fails: mixup-partners
# may fail: mixup-lambda
# %% mixup
def mixup(x, target, alpha):
    share = np.random.beta(alpha, alpha) if alpha > 0 else 1.0
    return share * x + (1 - share) * x.flip(0), share * target + (1 - share) * target.flip(0)
