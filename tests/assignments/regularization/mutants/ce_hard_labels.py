# mistake: Only the largest entry of a soft label is used.
# fails: soft-ce-values
# may fail: soft-ce-extremes soft-ce-gradients
# %% soft-ce
def soft_cross_entropy(logits, target):
    logs = torch.log_softmax(logits, -1)
    return -logs[torch.arange(len(logits)), target.argmax(-1)].mean()
