# mistake: The epochs are joined before they are cut, so that a batch holds examples of two.
# fails: minibatches-cover
# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    generator = torch.Generator().manual_seed(seed)
    orders = [torch.randperm(n, generator=generator) for _ in range(epochs)]
    if orders:
        yield from torch.cat(orders).split(batch_size)
