# mistake: Exponentials are summed without a maximum and overflow.
# fails: online-step online-extremes
# may fail: blockwise-values
# %% online
def online_softmax_step(state, scores, value):
    m, l, o = state
    p = torch.exp(scores)
    return torch.maximum(m, scores.amax(-1)), l + p.sum(-1), o + p @ value
