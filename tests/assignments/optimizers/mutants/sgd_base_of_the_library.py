# mistake: The bookkeeping is left to `torch.optim.Optimizer` as a base class.
# fails: sgd-plain
# may fail: sgd-state adam-values adam-state adamw-values
# %% sgd
class Optimizer(torch.optim.Optimizer):
    def __init__(self, params, **defaults):
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.update(p, p.grad, self.state[p], group)


class SGD(Optimizer):
    def __init__(self, params, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
        super().__init__(
            params, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay
        )

    def update(self, parameter, grad, state, options):
        mu = options["momentum"]
        grad = grad + options["weight_decay"] * parameter
        if "v" not in state:
            state["v"] = torch.zeros_like(parameter)
        state["v"] = mu * state["v"] + grad
        if options["nesterov"]:
            parameter -= options["lr"] * (grad + mu * state["v"])
        else:
            parameter -= options["lr"] * state["v"]
