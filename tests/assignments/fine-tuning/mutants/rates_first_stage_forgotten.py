# mistake: The stage nearest to the input is in no group.
# fails: rates-values rates-parameters
# may fail: fit-values fit-schedule
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [net.head, *reversed(net.stages[1:])]
    return [
        {"params": list(part.parameters()), "lr": lr * decay**i} for i, part in enumerate(parts)
    ]
