# mistake: The logits go through a softmax before the logarithm of the softmax.
# fails: soft-ce-values
# may fail: soft-ce-extremes soft-ce-gradients
# %% soft-ce
def soft_cross_entropy(logits, target):
    return -(target * torch.log_softmax(torch.softmax(logits, -1), -1)).sum(-1).mean()
