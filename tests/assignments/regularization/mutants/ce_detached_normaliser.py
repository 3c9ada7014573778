# mistake: The logarithm of the sum is detached.
# fails: soft-ce-gradients
# may fail: soft-ce-extremes
# %% soft-ce
def soft_cross_entropy(logits, target):
    logs = logits - torch.logsumexp(logits, -1, keepdim=True).detach()
    return -(target * logs).sum(-1).mean()
