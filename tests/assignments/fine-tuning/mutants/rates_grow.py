# mistake: Rates grow towards the input.
# fails: rates-values
# may fail: fit-values
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [*net.stages, net.head]
    return [
        {"params": list(part.parameters()), "lr": lr * decay**i} for i, part in enumerate(parts)
    ]
