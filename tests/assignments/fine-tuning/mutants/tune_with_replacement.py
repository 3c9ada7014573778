# mistake: Batches are drawn with replacement.
# fails: tune-batches tune-values
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
        batch = torch.randint(len(images), (batch_size,), generator=generator)
        optimizer.zero_grad()
        F.cross_entropy(net(images[batch]), classes[batch]).backward()
        optimizer.step()
    return net
