# mistake: The groups hold copies of the parameters.
# fails: rates-values rates-parameters
# may fail: fit-values fit-schedule
# %% rates
def layer_groups(
    net: DigitNet, lr: float, decay: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    parts = [net.head, *reversed(net.stages)]
    return [
        {
            "params": [nn.Parameter(p.detach().clone()) for p in part.parameters()],
            "lr": lr * decay**i,
        }
        for i, part in enumerate(parts)
    ]
