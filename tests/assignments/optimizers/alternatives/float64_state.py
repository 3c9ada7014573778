# style: States and arithmetic in float64, whatever the parameter is, rounded once a step.
# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    v = velocity.detach().to(torch.float64).mul(momentum).add(grad.detach())
    return (theta.detach() - lr * v).to(theta.dtype), v.to(theta.dtype)


def nesterov(theta, velocity, grad, lr, momentum):
    v = velocity.detach().to(torch.float64).mul(momentum).add(grad.detach())
    return theta.detach().to(torch.float64).sub(lr * grad).sub(lr * momentum * v).to(
        theta.dtype
    ), v.to(theta.dtype)


# %% adam
class Adam(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, grad, state, options):
        b1, b2 = options["betas"]
        grad = grad.double() + options["weight_decay"] * parameter.double()
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter, dtype=torch.float64)
            state["v"] = torch.zeros_like(parameter, dtype=torch.float64)
        state["t"] += 1
        t = state["t"]
        state["m"] = b1 * state["m"] + (1 - b1) * grad
        state["v"] = b2 * state["v"] + (1 - b2) * grad**2
        m_hat = state["m"] / (1 - b1**t)
        v_hat = state["v"] / (1 - b2**t)
        parameter.sub_(
            (options["lr"] * m_hat / (v_hat.sqrt() + options["eps"])).to(parameter.dtype)
        )


# %% adamw
class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def step(self):
        # All weights first, then all of Adam's steps.
        kept = [group["weight_decay"] for group in self.param_groups]
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.data *= 1 - group["lr"] * group["weight_decay"]
            group["weight_decay"] = 0.0
        try:
            super().step()
        finally:
            for group, decay in zip(self.param_groups, kept):
                group["weight_decay"] = decay
