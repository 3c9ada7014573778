# mistake: The batch is drawn once, before the loop.
# fails: tune-batches
# may fail: tune-learns
# %% tune
def fine_tune(
    net: nn.Module,
    groups: list[dict],
    images: Tensor,
    classes: Tensor,
    steps: int,
    batch_size: int,
    generator: torch.Generator,
) -> nn.Module:
    optimizer = torch.optim.Adam(groups)
    net.train()
    batch = torch.randperm(len(images), generator=generator)[:batch_size]
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(net(images[batch]), classes[batch]).backward()
        optimizer.step()
    return net
