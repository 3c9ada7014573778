# mistake: merge_heads uses view after transpose, which fails.
# fails: heads-split-merge
# may fail: mha-values mha-head-size mha-masks mha-gradients csa-values csa-rotary decode
#   decode-rotary block-values block-gradients block-decode
# %% heads
def split_heads(x, n_heads):
    batch, n, features = x.shape
    return x.reshape(batch, n, n_heads, features // n_heads).transpose(1, 2)


def merge_heads(x):
    batch, n_heads, n, head_dim = x.shape
    return x.transpose(1, 2).view(batch, n, n_heads * head_dim)
