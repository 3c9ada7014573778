# mistake: Gradients are never cleared.
# fails: tune-values
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
        batch = torch.randperm(len(images), generator=generator)[:batch_size]
        F.cross_entropy(net(images[batch]), classes[batch]).backward()
        optimizer.step()
    return net
