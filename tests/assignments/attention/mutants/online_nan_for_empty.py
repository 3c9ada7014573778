# mistake: A query that has seen nothing gives NaN.
# fails: online-extremes
# may fail: blockwise-causal blockwise-gradients
# %% online
def online_softmax_step(state, scores, value):
    m, l, o = state
    new_m = torch.maximum(m, scores.amax(-1))
    safe_m = new_m
    rescale = torch.exp(m - safe_m)
    p = torch.exp(scores - safe_m[..., None])
    new_l = l * rescale + p.sum(-1)
    new_o = o * rescale[..., None] + p @ value
    return new_m, new_l, new_o
