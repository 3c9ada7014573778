# mistake: What is trainable is never frozen again: only the part asked for is touched.
# fails: unfreeze-parameters unfreeze-modes
# may fail: fit-schedule
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.head.requires_grad_(True)
    for stage in net.stages[len(net.stages) - n_stages :]:
        stage.train().requires_grad_(True)
    return net
