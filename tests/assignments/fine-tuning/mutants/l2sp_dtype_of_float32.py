# mistake: The sum starts from a float32 zero, whose dtype wins in half precision.
# fails: l2sp-values
# %% l2sp
def l2_sp(net, start, alpha, beta):
    penalty = torch.tensor(0.0)
    for name, p in net.named_parameters():
        if name in start:
            penalty = penalty + alpha / 2 * ((p - start[name].detach()) ** 2).sum()
        else:
            penalty = penalty + beta / 2 * (p**2).sum()
    return penalty
