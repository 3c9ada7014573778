# mistake: The head's rate is decayed already.
# fails: rates-values
# may fail: rates-parameters
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [net.head, *reversed(net.stages)]
    return [
        {"params": list(part.parameters()), "lr": lr * decay ** (i + 1)}
        for i, part in enumerate(parts)
    ]
