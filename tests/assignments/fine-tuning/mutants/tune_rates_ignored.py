# mistake: The groups' rates are ignored.
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
    optimizer = torch.optim.Adam([p for group in groups for p in group["params"]], lr=1e-3)
    net.train()
    for _ in range(steps):
        batch = torch.randperm(len(images), generator=generator)[:batch_size]
        optimizer.zero_grad()
        F.cross_entropy(net(images[batch]), classes[batch]).backward()
        optimizer.step()
    return net
