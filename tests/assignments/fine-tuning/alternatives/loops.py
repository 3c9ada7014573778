# style: Loops and lists wherever there is a choice.
# %% rates
def layer_groups(net, lr, decay):
    groups = [dict(params=[net.head.weight, net.head.bias], lr=lr)]
    rate = lr
    for i in (2, 1, 0):
        rate = rate * decay
        params = []
        for p in net.stages[i].parameters():
            params.append(p)
        groups.append(dict(params=params, lr=rate))
    return groups


# %% unfreeze
def unfreeze(net, n_stages):
    for p in net.head.parameters():
        p.requires_grad = True
    net.head.train()
    for i in range(3):
        on = i >= 3 - n_stages
        net.stages[i].train(on)
        for p in net.stages[i].parameters():
            p.requires_grad = on
    return net


# %% few-shot
def few_shot(labels, per_class, generator):
    chosen = []
    counts = {}
    for i in torch.randperm(len(labels), generator=generator).tolist():
        label = labels[i].item()
        if counts.get(label, 0) < per_class:
            counts[label] = counts.get(label, 0) + 1
            chosen.append(i)
    return torch.tensor(chosen)


# %% accuracy
def accuracy(net, images, classes):
    was_training = net.training
    net.eval()
    right = 0
    with torch.no_grad():
        for image, label in zip(images, classes):
            right += int(net(image[None])[0].argmax() == label)
    if was_training:
        net.train()
    return right / len(classes)


# %% forgetting
def forgetting(accuracies):
    n_times, n_tasks = accuracies.shape
    result = []
    for k in range(n_tasks):
        best = max(accuracies[t, k] for t in range(n_times - 1))
        result.append(best - accuracies[n_times - 1, k])
    return torch.stack(result)


# %% l2sp
def l2_sp(net, start, alpha, beta):
    total = 0.0
    for name, p in net.named_parameters():
        if name in start:
            total = total + 0.5 * alpha * torch.sum((p - start[name].clone().detach()) ** 2)
        else:
            total = total + 0.5 * beta * torch.sum(p**2)
    return total


# %% count
def trainable_parameters(model):
    n = 0
    seen = set()
    for p in model.parameters():
        if p.requires_grad and id(p) not in seen:
            seen.add(id(p))
            size = 1
            for d in p.shape:
                size *= d
            n += size
    return n
