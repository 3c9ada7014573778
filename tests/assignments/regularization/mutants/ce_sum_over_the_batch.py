# mistake: The sum over the batch, not the mean.
# fails: soft-ce-values
# may fail: soft-ce-extremes soft-ce-gradients
# %% soft-ce
def soft_cross_entropy(logits, target):
    return -(target * torch.log_softmax(logits, -1)).sum()
