# mistake: torch's softmax is called instead of writing one.
# fails: softmax-dims softmax-masked
# may fail: sdpa-fully-masked
# %% softmax
def softmax(x, dim):
    return torch.softmax(x, dim)
