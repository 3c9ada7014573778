# mistake: The mask is laid along the queries instead of the keys.
# fails: padding-mask
# %% padding
def padding_mask(lengths, n_keys):
    mask = torch.arange(n_keys)[None, :] < lengths[:, None]
    return mask[:, None, :, None]
