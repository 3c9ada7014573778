# style: Parameter groups carry names, sets stand for lists where any collection will do, indices come sorted.
# %% rates
def layer_groups(net, lr, decay):
    parts = {
        "head": net.head,
        "late": net.stages[2],
        "middle": net.stages[1],
        "early": net.stages[0],
    }
    return [
        {"params": [p for p in part.parameters()], "lr": lr * math.pow(decay, depth), "name": name}
        for depth, (name, part) in enumerate(parts.items())
    ]


# %% few-shot
def few_shot(labels, per_class, generator):
    keys = torch.rand(len(labels), generator=generator)
    picked = []
    for label in sorted(set(labels.tolist())):
        places = torch.where(labels == label)[0]
        picked += places[keys[places].argsort()[-per_class:]].tolist()
    return torch.tensor(sorted(picked), dtype=torch.long)


# %% tune
def fine_tune(net, groups, images, classes, steps, batch_size, generator):
    net.train(True)
    optimizer = torch.optim.Adam(groups, foreach=False)
    n = len(images)
    for _ in range(steps):
        if n > batch_size:
            weights = torch.ones(n)
            batch = torch.multinomial(weights, batch_size, replacement=False, generator=generator)
        else:
            batch = torch.arange(n)
        loss = nn.CrossEntropyLoss()(net(images[batch]), classes[batch])
        net.zero_grad()
        loss.backward()
        optimizer.step()
    return net


# %% inject
def inject_lora(model, names, r, alpha):
    wanted = set(names)
    paths = [
        path
        for path, module in model.named_modules()
        if isinstance(module, nn.Linear) and path.split(".")[-1] in wanted
    ]
    for p in model.parameters():
        p.requires_grad_(False)
    for path in paths:
        *above, own = path.split(".")
        parent = model
        for part in above:
            parent = getattr(parent, part)
        parent._modules[own] = LoRALinear(parent._modules[own], r, alpha)
    return model


# %% forgetting
def forgetting(accuracies):
    *earlier, last = accuracies
    return torch.stack(earlier).max(dim=0).values - last
