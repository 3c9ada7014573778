# mistake: The order is that of the data.
# fails: minibatches-shuffle
# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order = torch.arange(n)
        for i in range(0, n, batch_size):
            yield order[i : i + batch_size]
