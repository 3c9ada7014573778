# mistake: The loss is maximised.
# fails: tune-learns tune-values
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
        optimizer.zero_grad()
        (-F.cross_entropy(net(images[batch]), classes[batch])).backward()
        optimizer.step()
    return net
