# mistake: A small number inside the logarithm repairs -inf and makes the loss wrong.
# fails: soft-ce-extremes
# may fail: soft-ce-values soft-ce-gradients
# %% soft-ce
def soft_cross_entropy(logits, target):
    return -(target * torch.log(torch.softmax(logits, -1) + 1e-9)).sum(-1).mean()
