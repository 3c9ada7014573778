# mistake: Probabilities are clipped, so that confident mistakes have no gradient.
# fails: soft-ce-extremes
# may fail: soft-ce-values soft-ce-gradients
# %% soft-ce
def soft_cross_entropy(logits, target):
    p = torch.softmax(logits, -1).clamp(1e-7, 1 - 1e-7)
    return -(target * p.log()).sum(-1).mean()
