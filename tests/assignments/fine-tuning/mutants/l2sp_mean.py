# mistake: The mean in place of the sum.
# fails: l2sp-values l2sp-gradients
# %% l2sp
def l2_sp(net: nn.Module, start: Mapping[str, Tensor], alpha: float, beta: float) -> Tensor:
    penalty = torch.zeros((), dtype=next(net.parameters()).dtype)
    for name, parameter in net.named_parameters():
        if name in start:
            penalty = penalty + alpha / 2 * (parameter - start[name].detach()).square().mean()
        else:
            penalty = penalty + beta / 2 * parameter.square().sum()
    return penalty
