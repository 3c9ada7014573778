# mistake: The network is not returned.
# fails: unfreeze-parameters unfreeze-modes
# may fail: fit-values accuracy-values
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.train().requires_grad_(True)
    for stage in net.stages[: len(net.stages) - n_stages]:
        stage.eval().requires_grad_(False)
    return None
