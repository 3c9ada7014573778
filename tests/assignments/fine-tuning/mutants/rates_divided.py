# mistake: The rate is divided by the factor.
# fails: rates-values
# may fail: rates-parameters
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [net.head, *reversed(net.stages)]
    return [
        {"params": list(part.parameters()), "lr": lr / decay**i if decay else lr}
        for i, part in enumerate(parts)
    ]
