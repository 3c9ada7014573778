# mistake: eps is added before the second average is corrected.
# fails: adam-values
# %% adam
class Adam(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, grad, state, options):
        b1, b2 = options["betas"]
        grad = grad + options["weight_decay"] * parameter
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        state["t"] += 1
        t = state["t"]
        state["m"] = b1 * state["m"] + (1 - b1) * grad
        state["v"] = b2 * state["v"] + (1 - b2) * grad**2
        m_hat = state["m"] / (1 - b1**t)
        v_hat = state["v"] / (1 - b2**t)
        parameter -= (
            options["lr"] * m_hat / ((state["v"].sqrt() + options["eps"]) / (1 - b2**t) ** 0.5)
        )
