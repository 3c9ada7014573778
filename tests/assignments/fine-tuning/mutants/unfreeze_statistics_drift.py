# mistake: Frozen stages stay in training mode.
# fails: unfreeze-modes
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.train().requires_grad_(True)
    for stage in net.stages[: len(net.stages) - n_stages]:
        stage.requires_grad_(False)
    return net
