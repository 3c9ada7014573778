# mistake: A head owns every n-th feature instead of neighbours, in both directions.
# fails: heads-split-merge
# may fail: mha-values mha-head-size csa-values csa-rotary
# %% heads
def split_heads(x, n_heads):
    batch, n, features = x.shape
    return x.reshape(batch, n, features // n_heads, n_heads).permute(0, 3, 1, 2)


def merge_heads(x):
    batch, n_heads, n, head_dim = x.shape
    return x.permute(0, 2, 3, 1).reshape(batch, n, n_heads * head_dim)
