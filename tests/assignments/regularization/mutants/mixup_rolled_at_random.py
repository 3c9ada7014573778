# mistake: The batch is rolled by a random number, so that most permutations never occur.
# fails: mixup-partners
# %% mixup
def mixup(x, target, alpha):
    share = np.random.beta(alpha, alpha) if alpha > 0 else 1.0
    by = int(torch.randint(0, len(x), ()))
    return share * x + (1 - share) * x.roll(by, 0), share * target + (1 - share) * target.roll(
        by, 0
    )
