# mistake: The order comes from the global generator, whatever the seed.
# fails: minibatches-shuffle
# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order = torch.randperm(n)
        for i in range(0, n, batch_size):
            yield order[i : i + batch_size]
