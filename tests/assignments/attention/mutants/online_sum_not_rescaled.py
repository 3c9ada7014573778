# mistake: Only the weighted values are scaled down, not the sum.
# fails: online-step online-extremes
# may fail: blockwise-values blockwise-causal
# %% online
def online_softmax_step(state, scores, value):
    m, l, o = state
    new_m = torch.maximum(m, scores.amax(-1))
    safe_m = torch.where(new_m == -torch.inf, 0.0, new_m)
    rescale = torch.exp(m - safe_m)
    p = torch.exp(scores - safe_m[..., None])
    new_l = l + p.sum(-1)
    new_o = o * rescale[..., None] + p @ value
    return new_m, new_l, new_o
