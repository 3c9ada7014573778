# mistake: All epochs have the order of the first.
# fails: minibatches-shuffle
# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    for _ in range(epochs):
        yield from order.split(batch_size)
