# mistake: Each example keeps the larger share, as in MixMatch.
# fails: mixup-lambda
# %% mixup
def mixup(x, target, alpha):
    share = np.random.beta(alpha, alpha) if alpha > 0 else 1.0
    share = max(share, 1 - share)
    partner = torch.randperm(len(x))
    return share * x + (1 - share) * x[partner], share * target + (1 - share) * target[partner]
