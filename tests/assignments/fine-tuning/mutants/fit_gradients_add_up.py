# mistake: Gradients are never cleared.
# fails: fit-values
# %% fit
def gradual_fit(
    net: DigitNet, batches: Sequence[tuple[Tensor, Tensor]], lr: float, decay: float, every: int
) -> DigitNet:
    optimizer = torch.optim.SGD(layer_groups(net, lr, decay))
    for step, (images, classes) in enumerate(batches):
        unfreeze(net, min(len(net.stages), step // every))
        F.cross_entropy(net(images), classes).backward()
        optimizer.step()
    return net
