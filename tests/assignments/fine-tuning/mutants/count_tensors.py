# mistake: Parameters are counted, not their numbers.
# fails: count-values
# %% count
def trainable_parameters(model: nn.Module) -> int:
    return sum(1 for parameter in model.parameters() if parameter.requires_grad)
