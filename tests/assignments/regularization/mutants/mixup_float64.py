# mistake: A share of dtype float64 turns float32 into float64.
# fails: mixup-values
# %% mixup
def mixup(x, target, alpha):
    share = torch.tensor([np.random.beta(alpha, alpha) if alpha > 0 else 1.0])
    partner = torch.randperm(len(x))
    x, target = x.double(), target.double()
    return share * x + (1 - share) * x[partner], share * target + (1 - share) * target[partner]
