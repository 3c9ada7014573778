# mistake: The Kullback-Leibler divergence, which lacks the entropy of the labels.
# fails: soft-ce-values
# may fail: soft-ce-extremes
# %% soft-ce
def soft_cross_entropy(logits, target):
    logs = torch.log_softmax(logits, -1)
    return (torch.xlogy(target, target) - target * logs).sum(-1).mean()
