# mistake: The generators are seeded in each call.
# fails: mixup-lambda mixup-partners
# %% mixup
def mixup(x, target, alpha):
    np.random.seed(0)
    torch.manual_seed(0)
    share = np.random.beta(alpha, alpha) if alpha > 0 else 1.0
    partner = torch.randperm(len(x))
    return share * x + (1 - share) * x[partner], share * target + (1 - share) * target[partner]
