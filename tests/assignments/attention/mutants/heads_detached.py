# mistake: merge_heads goes through numpy and loses the gradient.
# fails: heads-split-merge
# may fail: mha-gradients csa-values block-gradients
# %% heads
def split_heads(x, n_heads):
    batch, n, features = x.shape
    return x.reshape(batch, n, n_heads, features // n_heads).transpose(1, 2)


def merge_heads(x):
    batch, n_heads, n, head_dim = x.shape
    y = x.detach().numpy().transpose(0, 2, 1, 3)
    return torch.from_numpy(y.reshape(batch, n, n_heads * head_dim).copy())
