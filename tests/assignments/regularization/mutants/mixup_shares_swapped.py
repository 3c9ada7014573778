# mistake: The labels have the shares the other way round.
# fails: mixup-values
# %% mixup
def mixup(x, target, alpha):
    if alpha == 0:
        return x, target
    share = np.random.beta(alpha, alpha)
    partner = torch.randperm(len(x))
    return share * x + (1 - share) * x[partner], (1 - share) * target + share * target[partner]
