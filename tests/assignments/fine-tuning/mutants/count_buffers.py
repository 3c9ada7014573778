# mistake: Buffers count, too.
# fails: count-values
# %% count
def trainable_parameters(model: nn.Module) -> int:
    return sum(b.numel() for b in model.buffers()) + sum(
        parameter.numel() for parameter in model.parameters() if parameter.requires_grad
    )
