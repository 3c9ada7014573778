# mistake: The groups hold generators, which are empty after one pass.
# fails: rates-parameters
# may fail: rates-values
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [net.head, *reversed(net.stages)]
    return [{"params": part.parameters(), "lr": lr * decay**i} for i, part in enumerate(parts)]
