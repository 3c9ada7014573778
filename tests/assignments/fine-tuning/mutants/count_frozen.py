# mistake: What is frozen is counted in place of what is trainable.
# fails: count-values
# %% count
def trainable_parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters() if not parameter.requires_grad)
