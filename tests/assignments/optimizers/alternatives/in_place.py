# style: Everything in place under no_grad, with lerp_, addcmul_ and addcdiv_, as in the library.
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
        if options["weight_decay"] != 0:
            grad = grad.add(parameter, alpha=options["weight_decay"])
        if options["momentum"] != 0:
            buffer = state.get("momentum_buffer")
            if buffer is None:
                buffer = state["momentum_buffer"] = grad.clone()
            else:
                buffer.mul_(options["momentum"]).add_(grad)
            grad = grad.add(buffer, alpha=options["momentum"]) if options["nesterov"] else buffer
        parameter.add_(grad, alpha=-options["lr"])


# %% adam
class Adam(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, grad, state, options):
        beta1, beta2 = options["betas"]
        if options["weight_decay"]:
            grad = grad.add(parameter, alpha=options["weight_decay"])
        if "step" not in state:
            state["step"] = torch.zeros(())
            state["exp_avg"] = torch.zeros_like(parameter)
            state["exp_avg_sq"] = torch.zeros_like(parameter)
        state["step"] += 1
        step = state["step"].item()
        state["exp_avg"].lerp_(grad, 1 - beta1)
        state["exp_avg_sq"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        denom = (state["exp_avg_sq"].sqrt() / math.sqrt(1 - beta2**step)).add_(options["eps"])
        parameter.addcdiv_(state["exp_avg"], denom, value=-options["lr"] / (1 - beta1**step))


# %% adamw
class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, grad, state, options):
        parameter.mul_(1 - options["lr"] * options["weight_decay"])
        options = dict(options)
        options["weight_decay"] = 0.0
        Adam.update(self, parameter, grad, state, options)


# %% clip
@torch.no_grad()
def clip_by_global_norm(params, max_norm):
    params = [p for p in params if p.grad is not None]
    if not params:
        return 0.0
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(p.grad) for p in params]))
    if norm > max_norm:
        for p in params:
            p.grad.mul_(max_norm / norm)
    return norm
