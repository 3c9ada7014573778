# style: Steps of SGD and Adam are written by hand.
# %% fit
def gradual_fit(net, batches, lr, decay, every):
    for step, (images, classes) in enumerate(batches):
        net = unfreeze(net, min(3, step // every))
        loss = F.cross_entropy(net(images), classes)
        groups = layer_groups(net, lr, decay)
        for group in groups:
            group["params"] = [p for p in group["params"] if p.requires_grad]
        wanted = [p for group in groups for p in group["params"]]
        grads = dict(zip(wanted, torch.autograd.grad(loss, wanted)))
        with torch.no_grad():
            for group in groups:
                for p in group["params"]:
                    p.sub_(group["lr"] * grads[p])
    return net


# %% tune
def fine_tune(net, groups, images, classes, steps, batch_size, generator):
    net.train()
    state = {}
    for t in range(1, steps + 1):
        order = torch.rand(len(images), generator=generator).argsort()
        batch = order[: min(batch_size, len(order))]
        for p in net.parameters():
            p.grad = None
        F.nll_loss(net(images[batch]).log_softmax(-1), classes[batch]).backward()
        with torch.no_grad():
            for group in groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    m, v = state.get(p, (torch.zeros_like(p), torch.zeros_like(p)))
                    m = 0.9 * m + 0.1 * p.grad
                    v = 0.999 * v + 0.001 * p.grad**2
                    state[p] = m, v
                    p -= group["lr"] * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
    return net


# %% accuracy
def accuracy(net, images, classes):
    modes = {module: module.training for module in net.modules()}
    net.eval()
    with torch.inference_mode():
        predicted = net(images).max(dim=-1).indices
    for module, mode in modes.items():
        module.training = mode
    return float(np.mean(predicted.numpy() == classes.numpy()))


# %% l2sp
def l2_sp(net, start, alpha, beta):
    terms = [
        (alpha if name in start else beta)
        * (p - (start[name].detach() if name in start else 0)).pow(2).sum()
        for name, p in net.named_parameters()
    ]
    return torch.stack(terms).sum() / 2
