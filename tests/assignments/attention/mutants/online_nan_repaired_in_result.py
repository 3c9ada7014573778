# mistake: The NaN of a query that has seen nothing is replaced in the result; in the gradient it
#   stays.
# fails: online-extremes
# %% online
def online_softmax_step(state, scores, value):
    m, l, o = state
    new_m = torch.maximum(m, scores.amax(-1))
    safe_m = new_m
    rescale = torch.nan_to_num(torch.exp(m - safe_m))
    p = torch.nan_to_num(torch.exp(scores - safe_m[..., None]))
    new_l = l * rescale + p.sum(-1)
    new_o = o * rescale[..., None] + p @ value
    return new_m, new_l, new_o
