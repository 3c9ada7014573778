# mistake: Stages that become trainable again stay in eval mode.
# fails: unfreeze-modes
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.requires_grad_(True)
    for stage in net.stages[: len(net.stages) - n_stages]:
        stage.eval().requires_grad_(False)
    return net
