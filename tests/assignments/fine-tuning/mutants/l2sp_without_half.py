# mistake: The factor one half is missing.
# fails: l2sp-values l2sp-gradients
# %% l2sp
def l2_sp(net: nn.Module, start: Mapping[str, Tensor], alpha: float, beta: float) -> Tensor:
    penalty = torch.zeros((), dtype=next(net.parameters()).dtype)
    for name, parameter in net.named_parameters():
        if name in start:
            penalty = penalty + alpha * (parameter - start[name].detach()).square().sum()
        else:
            penalty = penalty + beta * parameter.square().sum()
    return penalty
