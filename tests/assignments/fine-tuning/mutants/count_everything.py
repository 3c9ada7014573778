# mistake: Frozen parameters count.
# fails: count-values
# %% count
def trainable_parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())
