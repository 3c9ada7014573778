# mistake: Each group holds the parameters of all parts before it, too.
# fails: rates-parameters
# may fail: fit-values fit-schedule
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [net.head, *reversed(net.stages)]
    return [
        {"params": [p for other in parts[: i + 1] for p in other.parameters()], "lr": lr * decay**i}
        for i, part in enumerate(parts)
    ]
