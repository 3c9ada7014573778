# mistake: Parameters of inner modules are missed.
# fails: count-values
# %% count
def trainable_parameters(model: nn.Module) -> int:
    return sum(
        parameter.numel()
        for parameter in model.parameters(recurse=False)
        if parameter.requires_grad
    )
