# mistake: There is one epoch, whatever was asked for.
# fails: minibatches-cover
# may fail: minibatches-shuffle
# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(1):
        order = torch.randperm(n, generator=generator)
        for i in range(0, n, batch_size):
            yield order[i : i + batch_size]
