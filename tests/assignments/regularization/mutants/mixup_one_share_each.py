# mistake: Each example has a share of its own.
# fails: mixup-values
# may fail: mixup-lambda
# %% mixup
def mixup(x, target, alpha):
    if alpha == 0:
        return x, target
    share = torch.from_numpy(np.random.beta(alpha, alpha, len(x))).to(x.dtype)
    partner = torch.randperm(len(x))
    wide = share.view(-1, *[1] * (x.dim() - 1))
    share = share[:, None]
    return wide * x + (1 - wide) * x[partner], share * target + (1 - share) * target[partner]
