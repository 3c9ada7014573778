# mistake: All sequences get the length of the longest.
# fails: padding-mask
# %% padding
def padding_mask(lengths, n_keys):
    mask = torch.arange(n_keys)[None, :] < lengths.max().expand(len(lengths), 1)
    return mask[:, None, None, :]
