# mistake: Only the first dimension is counted.
# fails: count-values
# %% count
def trainable_parameters(model: nn.Module) -> int:
    return sum(len(parameter) for parameter in model.parameters() if parameter.requires_grad)
