# mistake: One step number for all parameters: a late gradient is corrected with a large t.
# fails: adam-bias
# may fail: adam-groups adamw-groups
# %% adam
class Adam(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        for group in self.param_groups:
            group["t"] = 0

    def step(self):
        for group in self.param_groups:
            group["t"] += 1
        super().step()

    def update(self, parameter, grad, state, options):
        b1, b2 = options["betas"]
        grad = grad + options["weight_decay"] * parameter
        if not state:
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        t = options["t"]
        state["m"] = b1 * state["m"] + (1 - b1) * grad
        state["v"] = b2 * state["v"] + (1 - b2) * grad**2
        m_hat = state["m"] / (1 - b1**t)
        v_hat = state["v"] / (1 - b2**t)
        parameter -= options["lr"] * m_hat / (v_hat.sqrt() + options["eps"])
