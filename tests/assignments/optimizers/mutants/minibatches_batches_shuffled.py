# mistake: The batches are shuffled, the examples in them stay together.
# fails: minibatches-shuffle
# may fail: minibatches-cover
# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        batches = torch.arange(n).split(batch_size)
        for i in torch.randperm(len(batches), generator=generator).tolist():
            yield batches[i]
