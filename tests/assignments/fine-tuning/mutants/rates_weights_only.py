# mistake: Biases are forgotten.
# fails: rates-parameters
# may fail: fit-values
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [net.head, *reversed(net.stages)]
    return [
        {
            "params": [p for name, p in part.named_parameters() if name.endswith("weight")],
            "lr": lr * decay**i,
        }
        for i, part in enumerate(parts)
    ]
