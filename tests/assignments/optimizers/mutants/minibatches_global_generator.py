# mistake: The global generator is seeded, so that numbers drawn by others change later epochs.
# fails: minibatches-shuffle
# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    torch.manual_seed(seed)
    for _ in range(epochs):
        order = torch.randperm(n)
        for i in range(0, n, batch_size):
            yield order[i : i + batch_size]
