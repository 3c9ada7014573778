# mistake: The generator is seeded anew in each epoch.
# fails: minibatches-shuffle
# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    for _ in range(epochs):
        generator = torch.Generator().manual_seed(seed)
        yield from torch.randperm(n, generator=generator).split(batch_size)
