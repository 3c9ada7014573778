# mistake: Parameters that are frozen at the moment are left out.
# fails: rates-parameters
# may fail: fit-values fit-schedule
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [net.head, *reversed(net.stages)]
    return [
        {"params": [p for p in part.parameters() if p.requires_grad], "lr": lr * decay**i}
        for i, part in enumerate(parts)
    ]
