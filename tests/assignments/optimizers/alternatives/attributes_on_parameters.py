# style: The state hangs on the parameters themselves, as attributes.
# %% sgd
class Optimizer:
    def __init__(self, params, **defaults):
        params = list(params)
        groups = params if isinstance(params[0], dict) else [{"params": params}]
        self.param_groups = [{**defaults, **g, "params": list(g["params"])} for g in groups]
        self.name = f"_state_{id(self)}"
        for p in self.parameters():
            setattr(p, self.name, {})

    def parameters(self):
        return [p for g in self.param_groups for p in g["params"]]

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for p in filter(lambda p: p.grad is not None, group["params"]):
                    self.update(p, p.grad.clone(), getattr(p, self.name), group)

    def zero_grad(self):
        for p in self.parameters():
            p.grad = None

    def state_dict(self):
        states = [copy.deepcopy(getattr(p, self.name)) for p in self.parameters()]
        options = [{k: v for k, v in g.items() if k != "params"} for g in self.param_groups]
        return {"state": dict(enumerate(states)), "param_groups": options}

    def load_state_dict(self, saved):
        for i, p in enumerate(self.parameters()):
            setattr(p, self.name, copy.deepcopy(saved["state"][i]))
        for g, options in zip(self.param_groups, saved["param_groups"]):
            g.update(options)


class SGD(Optimizer):
    def __init__(self, params, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
        super().__init__(
            params, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay
        )

    def update(self, parameter, grad, state, options):
        grad += options["weight_decay"] * parameter
        rule = nesterov if options["nesterov"] else heavy_ball
        velocity = state.get("velocity", torch.zeros_like(grad))
        theta, state["velocity"] = rule(
            parameter.detach(), velocity, grad, options["lr"], options["momentum"]
        )
        parameter.copy_(theta)
