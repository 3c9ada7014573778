# mistake: merge_heads reshapes without moving the heads behind the positions.
# fails: heads-split-merge
# may fail: mha-values mha-head-size mha-masks csa-values csa-rotary decode decode-rotary
# %% heads
def split_heads(x, n_heads):
    batch, n, features = x.shape
    return x.reshape(batch, n, n_heads, features // n_heads).transpose(1, 2)


def merge_heads(x):
    batch, n_heads, n, head_dim = x.shape
    return x.reshape(batch, n, n_heads * head_dim)
