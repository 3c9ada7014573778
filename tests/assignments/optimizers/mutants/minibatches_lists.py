# mistake: The batches are lists, not tensors.
# fails: minibatches-cover
# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order = torch.randperm(n, generator=generator)
        for i in range(0, n, batch_size):
            yield order[i : i + batch_size].tolist()
