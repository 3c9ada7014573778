# mistake: Inputs and labels are mixed with different shares.
# fails: mixup-values
# %% mixup
def mixup(x, target, alpha):
    partner = torch.randperm(len(x))

    def mix(t):
        share = np.random.beta(alpha, alpha) if alpha > 0 else 1.0
        return share * t + (1 - share) * t[partner]

    return mix(x), mix(target)
