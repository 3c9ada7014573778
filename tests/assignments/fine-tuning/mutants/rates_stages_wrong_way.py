# mistake: The head comes first, then the stages from the input on.
# fails: rates-values
# may fail: fit-values
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [net.head, *net.stages]
    return [
        {"params": list(part.parameters()), "lr": lr * decay**i} for i, part in enumerate(parts)
    ]
