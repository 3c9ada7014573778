# mistake: The first stage is let in at once.
# fails: fit-values fit-schedule
# %% fit
def gradual_fit(
    net: DigitNet, batches: Sequence[tuple[Tensor, Tensor]], lr: float, decay: float, every: int
) -> DigitNet:
    optimizer = torch.optim.SGD(layer_groups(net, lr, decay))
    for step, (images, classes) in enumerate(batches):
        unfreeze(net, min(len(net.stages), step // every + 1))
        optimizer.zero_grad()
        F.cross_entropy(net(images), classes).backward()
        optimizer.step()
    return net
