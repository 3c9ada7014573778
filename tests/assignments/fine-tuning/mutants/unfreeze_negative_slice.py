# mistake: The slice [-n:] means everything where n is 0.
# fails: unfreeze-parameters unfreeze-modes
# may fail: fit-schedule
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.eval().requires_grad_(False)
    net.head.requires_grad_(True)
    for stage in net.stages[-n_stages:]:
        stage.train().requires_grad_(True)
    return net
