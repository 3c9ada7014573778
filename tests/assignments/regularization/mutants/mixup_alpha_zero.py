# mistake: alpha = 0 is handed to the Beta distribution.
# fails: mixup-values
# %% mixup
def mixup(x, target, alpha):
    share = torch.distributions.Beta(alpha, alpha).sample().item()
    partner = torch.randperm(len(x))
    return share * x + (1 - share) * x[partner], share * target + (1 - share) * target[partner]
