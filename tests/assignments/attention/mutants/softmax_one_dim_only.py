# mistake: It takes the maximum with a function that knows one dimension only.
# fails: softmax-dims
# %% softmax
def softmax(x, dim):
    largest = x.max(dim=dim, keepdim=True).values
    largest = largest.masked_fill(largest == -torch.inf, 0.0)
    weights = torch.exp(x - largest)
    total = weights.sum(dim, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)
