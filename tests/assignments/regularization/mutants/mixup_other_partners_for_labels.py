# mistake: Inputs and labels are mixed with different partners.
# fails: mixup-values
# %% mixup
def mixup(x, target, alpha):
    share = np.random.beta(alpha, alpha) if alpha > 0 else 1.0
    one, other = torch.randperm(len(x)), torch.randperm(len(x))
    return share * x + (1 - share) * x[one], share * target + (1 - share) * target[other]
