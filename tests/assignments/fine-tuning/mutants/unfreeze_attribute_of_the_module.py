# mistake: `requires_grad` is set on the module, which means nothing.
# fails: unfreeze-parameters
# may fail: fit-schedule
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.train().requires_grad_(True)
    for stage in net.stages[: len(net.stages) - n_stages]:
        stage.eval()
        stage.requires_grad = False
    return net
