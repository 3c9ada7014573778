# mistake: The logarithm of the sum is written down without subtracting the maximum.
# fails: soft-ce-extremes
# %% soft-ce
def soft_cross_entropy(logits, target):
    logs = logits - torch.log(torch.exp(logits).sum(-1, keepdim=True))
    return -(target * logs).sum(-1).mean()
