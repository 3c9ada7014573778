# mistake: split_heads reshapes straight to the wanted shape and mixes positions and features.
# fails: heads-split-merge
# may fail: mha-values mha-head-size mha-masks csa-values csa-rotary decode decode-rotary
# %% heads
def split_heads(x, n_heads):
    batch, n, features = x.shape
    return x.reshape(batch, n_heads, n, features // n_heads)


def merge_heads(x):
    batch, n_heads, n, head_dim = x.shape
    return x.transpose(1, 2).reshape(batch, n, n_heads * head_dim)
