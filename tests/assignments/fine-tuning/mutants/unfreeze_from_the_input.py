# mistake: Stages are counted from the input.
# fails: unfreeze-parameters unfreeze-modes
# may fail: fit-schedule
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.train().requires_grad_(True)
    for stage in net.stages[n_stages:]:
        stage.eval().requires_grad_(False)
    return net
