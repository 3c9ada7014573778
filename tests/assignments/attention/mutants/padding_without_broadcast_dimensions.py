# mistake: The mask has the shape (batch, n_keys) and does not broadcast over heads and queries.
# fails: padding-mask
# %% padding
def padding_mask(lengths, n_keys):
    mask = torch.arange(n_keys)[None, :] < lengths[:, None]
    return mask
