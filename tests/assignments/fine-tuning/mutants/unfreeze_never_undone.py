# mistake: A stage that was frozen once stays frozen.
# fails: unfreeze-parameters
# may fail: unfreeze-modes fit-schedule
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.train()
    for stage in net.stages[: len(net.stages) - n_stages]:
        stage.eval().requires_grad_(False)
    return net
