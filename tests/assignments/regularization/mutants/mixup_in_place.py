# mistake: The batch is mixed in place.
# fails: mixup-values
# %% mixup
def mixup(x, target, alpha):
    share = np.random.beta(alpha, alpha) if alpha > 0 else 1.0
    partner = torch.randperm(len(x))
    other_x, other_target = x[partner], target[partner]
    x.mul_(share).add_((1 - share) * other_x)
    target.mul_(share).add_((1 - share) * other_target)
    return x, target
