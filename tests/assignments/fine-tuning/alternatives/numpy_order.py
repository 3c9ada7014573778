# style: Numpy where it is easy.
# %% forgetting
def forgetting(accuracies):
    table = accuracies.numpy()
    return torch.from_numpy(table[:-1].max(axis=0) - table[-1])


# %% few-shot
def few_shot(labels, per_class, generator):
    seed = int(torch.randint(2**31, (1,), generator=generator))
    rng = np.random.default_rng(seed)
    values = labels.numpy()
    chosen = [
        rng.choice(np.flatnonzero(values == label), per_class, replace=False)
        for label in np.unique(values)
    ]
    return torch.from_numpy(np.concatenate(chosen))


# %% count
def trainable_parameters(model):
    return sum({id(p): p.numel() for p in model.parameters() if p.requires_grad}.values())
