# mistake: lambda comes from Beta(alpha, 1).
# fails: mixup-lambda
# %% mixup
def mixup(x, target, alpha):
    share = np.random.beta(alpha, 1) if alpha > 0 else 1.0
    partner = torch.randperm(len(x))
    return share * x + (1 - share) * x[partner], share * target + (1 - share) * target[partner]
