# mistake: The filling is looked for at the front.
# fails: padding-mask
# %% padding
def padding_mask(lengths, n_keys):
    mask = torch.arange(n_keys)[None, :] >= n_keys - lengths[:, None]
    return mask[:, None, None, :]
