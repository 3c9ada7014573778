# mistake: The optimizer is made anew in each step and forgets its moments.
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
    net.train()
    for _ in range(steps):
        optimizer = torch.optim.Adam(groups)
        batch = torch.randperm(len(images), generator=generator)[:batch_size]
        optimizer.zero_grad()
        F.cross_entropy(net(images[batch]), classes[batch]).backward()
        optimizer.step()
    return net
