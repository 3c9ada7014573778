# mistake: Half precision comes back as float32.
# fails: softmax-extremes
# may fail: sdpa-extremes
# %% softmax
def softmax(x, dim):
    if x.dtype in (torch.float16, torch.bfloat16):
        x = x.float()
    largest = x.amax(dim, keepdim=True)
    largest = largest.masked_fill(largest == -torch.inf, 0.0)
    weights = torch.exp(x - largest)
    total = weights.sum(dim, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)
