# mistake: Rates fall linearly.
# fails: rates-values
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [net.head, *reversed(net.stages)]
    return [
        {"params": list(part.parameters()), "lr": lr * (1 - (1 - decay) * i / 3)}
        for i, part in enumerate(parts)
    ]
