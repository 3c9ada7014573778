# mistake: One maximum is shared by all queries.
# fails: online-step online-extremes
# %% online
def online_softmax_step(state, scores, value):
    m, l, o = state
    new_m = torch.maximum(m, scores.max().expand_as(m))
    safe_m = torch.where(new_m == -torch.inf, 0.0, new_m)
    rescale = torch.exp(m - safe_m)
    p = torch.exp(scores - safe_m[..., None])
    new_l = l * rescale + p.sum(-1)
    new_o = o * rescale[..., None] + p @ value
    return new_m, new_l, new_o
