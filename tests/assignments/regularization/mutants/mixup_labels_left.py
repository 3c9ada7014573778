# mistake: The labels are not mixed.
# fails: mixup-values
# %% mixup
def mixup(x, target, alpha):
    share = np.random.beta(alpha, alpha) if alpha > 0 else 1.0
    partner = torch.randperm(len(x))
    return share * x + (1 - share) * x[partner], target
