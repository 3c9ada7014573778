# mistake: The head is frozen where no stage is trainable.
# fails: unfreeze-parameters
# may fail: fit-values fit-schedule
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.train().requires_grad_(True)
    for stage in net.stages[: len(net.stages) - n_stages]:
        stage.eval().requires_grad_(False)
    net.head.requires_grad_(n_stages > 0)
    return net
