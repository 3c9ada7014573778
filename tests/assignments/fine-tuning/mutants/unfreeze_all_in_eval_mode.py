# mistake: Trainable stages are in eval mode, too.
# fails: unfreeze-modes
# may fail: accuracy-values
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.eval().requires_grad_(True)
    for stage in net.stages[: len(net.stages) - n_stages]:
        stage.eval().requires_grad_(False)
    return net
