# mistake: The softmax runs over the batch.
# fails: soft-ce-values
# may fail: soft-ce-extremes soft-ce-gradients
# %% soft-ce
def soft_cross_entropy(logits, target):
    return -(target * torch.log_softmax(logits, 0)).sum(-1).mean()
