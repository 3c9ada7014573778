# mistake: Batch normalisations stay trainable in frozen stages.
# fails: unfreeze-parameters
# may fail: fit-schedule
# %% unfreeze
def unfreeze(net: DigitNet, n_stages: int) -> DigitNet:
    net.train().requires_grad_(True)
    for stage in net.stages[: len(net.stages) - n_stages]:
        stage.eval()
        for module in stage:
            if not isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                module.requires_grad_(False)
    return net
