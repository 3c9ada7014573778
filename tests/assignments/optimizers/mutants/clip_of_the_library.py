# mistake: It calls the library.
# fails: clip-values
# %% clip
def clip_by_global_norm(params, max_norm):
    return torch.nn.utils.clip_grad_norm_(params, max_norm).item()
