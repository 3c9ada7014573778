# mistake: A shared parameter counts twice.
# fails: count-values
# %% count
def trainable_parameters(model: nn.Module) -> int:
    return sum(
        parameter.numel()
        for parameter in [p for m in model.modules() for p in m.parameters(recurse=False)]
        if parameter.requires_grad
    )
