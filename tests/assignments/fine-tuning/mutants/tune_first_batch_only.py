# mistake: The first examples are taken in each step.
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
    for _ in range(steps):
        batch = slice(0, batch_size)
        optimizer.zero_grad()
        F.cross_entropy(net(images[batch]), classes[batch]).backward()
        optimizer.step()
    return net
