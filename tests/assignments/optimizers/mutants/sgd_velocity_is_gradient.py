# mistake: The first velocity is the gradient itself, not a copy, and is changed in place.
# fails: sgd-gradients
# may fail: sgd-momentum sgd-state
# %% sgd
class Optimizer:
    def __init__(self, params, **defaults):
        params = list(params)
        if not isinstance(params[0], dict):
            params = [{"params": params}]
        self.param_groups = []
        for entry in params:
            group = {**defaults, **entry}
            group["params"] = list(entry["params"])
            self.param_groups.append(group)
        self.state = {}

    def update(self, parameter, grad, state, options):
        raise NotImplementedError

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                if p not in self.state:
                    self.state[p] = {}
                self.update(p, p.grad, self.state[p], group)

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def state_dict(self):
        groups, states = [], []
        for group in self.param_groups:
            groups.append({k: v for k, v in group.items() if k != "params"})
            for p in group["params"]:
                states.append(copy.deepcopy(self.state.get(p, {})))
        return {"groups": groups, "states": states}

    def load_state_dict(self, saved):
        saved = copy.deepcopy(saved)
        i = 0
        for group, options in zip(self.param_groups, saved["groups"]):
            group.update(options)
            for p in group["params"]:
                self.state[p] = saved["states"][i]
                i += 1


class SGD(Optimizer):
    def __init__(self, params, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
        super().__init__(
            params, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay
        )

    def update(self, parameter, grad, state, options):
        mu = options["momentum"]
        if options["weight_decay"]:
            grad = grad + options["weight_decay"] * parameter
        if "v" not in state:
            state["v"] = grad
        else:
            state["v"].mul_(mu).add_(grad)
        if options["nesterov"]:
            parameter -= options["lr"] * (grad + mu * state["v"])
        else:
            parameter -= options["lr"] * state["v"]
