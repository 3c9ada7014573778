# mistake: One stage too many is trainable.
# fails: unfreeze-parameters unfreeze-modes
# may fail: fit-schedule
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.train().requires_grad_(True)
    for stage in net.stages[: max(len(net.stages) - n_stages - 1, 0)]:
        stage.eval().requires_grad_(False)
    return net
